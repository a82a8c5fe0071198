"""The application factory: a short list of set-up steps."""

from __future__ import annotations

from importlib import import_module, metadata

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from pathfolio import db, errors, log, security, turns, wire
from pathfolio.access import guard
from pathfolio.client import views as client
from pathfolio.openapi import Api
from pathfolio.sessions import tokens
from pathfolio.settings import Settings
from pathfolio.syncing import starting
from pathfolio_media.files import make_folder

# Each has a `blueprint` of the described API.
VIEWS = (
    "health.views",
    "sessions.views",
    "people.views",
    "people.class_views",
    "syncing.views",
    "pokes.views",
    "frameworks.views",
    "uploads.views",
    "serving.views",
)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; raises BadSetting or NotDurableError with a sentence for the operator."""
    settings = settings or Settings.from_environment()
    app = Flask("pathfolio", static_folder=None, template_folder=None)
    set_up_settings(app, settings)
    log.configure(settings.log_level)
    log.set_up(app)
    wire.set_up(app)
    errors.set_up(app)
    turns.set_up(app, settings)
    security.set_up(app)
    guard.set_up(app)
    db.set_up(app, settings.url(), demand_durable=not settings.throwaway)
    tokens.set_up(app)
    client.set_up(app)
    set_up_domains(app)
    set_up_proxies(app, settings.proxies)
    with app.app_context():
        starting.check()
    return app


def set_up_settings(app: Flask, settings: Settings) -> None:
    make_folder(settings.data)
    app.extensions["pathfolio.settings"] = settings
    app.extensions["pathfolio.key"] = settings.key()
    app.config["MAX_CONTENT_LENGTH"] = settings.body_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of the default provider


def set_up_domains(app: Flask) -> None:
    api = Api(
        app,
        spec_kwargs={
            "title": "Pathfolio",
            "version": metadata.version("pathfolio"),
            "openapi_version": "3.1.0",
        },
    )
    for name in VIEWS:
        api.register_blueprint(import_module(f"pathfolio.{name}").blueprint)
    app.register_blueprint(client.blueprint)


def set_up_proxies(app: Flask, proxies: int) -> None:
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
