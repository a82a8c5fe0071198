"""OpenAPI 3.1 at /api/openapi.json, built from the same schemas that validate requests."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import flask_smorest
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Request
from marshmallow import Schema, fields
from webargs.flaskparser import FlaskParser

from pathfolio.access import pivot
from pathfolio.access.guard import IdConverter
from pathfolio.ids import PATTERN
from pathfolio.text import Text

PROBLEM = "application/problem+json"
View = Callable[..., Any]


class ProblemSchema(Schema):
    """RFC 9457 problem details."""

    type = fields.String(required=True)
    slug = fields.String(required=True, metadata={"description": "stable name of the problem"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "a sentence to act on"})
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class StrictParser(FlaskParser):
    """Reads bodies by `pathfolio.wire`, which refuses what the library lets through."""

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401 - JSON is anything
        del schema
        return req.get_json()


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # the library publishes no types
    """flask-smorest's blueprint with types, and our problem as every route's error."""

    ARGUMENTS_PARSER = StrictParser()

    def get(self, rule: str) -> Callable[[View], View]:
        return self.route_of("GET", rule)

    def post(self, rule: str) -> Callable[[View], View]:
        return self.route_of("POST", rule)

    def put(self, rule: str) -> Callable[[View], View]:
        return self.route_of("PUT", rule)

    def patch(self, rule: str) -> Callable[[View], View]:
        return self.route_of("PATCH", rule)

    def delete(self, rule: str) -> Callable[[View], View]:
        return self.route_of("DELETE", rule)

    def route_of(self, method: str, rule: str) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            documented = self.alt_response("default", response="DEFAULT_ERROR")(view)
            row = pivot.ROUTES.get(f"{method} {rule}")
            if row is not None and row.open:
                documented = self.doc(security=[])(documented)
            routed: View = super(Blueprint, self).route(rule, methods=[method])(documented)
            return routed

        return decorate

    def arguments(self, schema: type[Schema], *, location: str = "json") -> Callable[[View], View]:
        """Validate the body (or `location="query"`) and pass the loaded dict first."""
        decorator: Callable[[View], View] = super().arguments(schema, location=location)
        return decorator

    def takes(self, schema: type[Schema]) -> Callable[[View], View]:
        """Describe a body that the view reads and judges itself."""
        content = {"application/json": {"schema": schema}}
        decorator: Callable[[View], View] = self.doc(
            requestBody={"required": True, "content": content}
        )
        return decorator

    def response(
        self, status: int, schema: type[Schema] | None = None, *, content_type: str | None = None
    ) -> Callable[[View], View]:
        """Answer with `status` and what `schema` makes of the returned value."""
        decorator: Callable[[View], View] = super().response(
            status, schema, content_type=content_type
        )
        return decorator

    def also(self, status: int, description: str) -> Callable[[View], View]:
        """Document another good answer, one without a body."""
        decorator: Callable[[View], View] = self.alt_response(
            status, description=description, success=True
        )
        return decorator


class Api(flask_smorest.Api):  # type: ignore[misc]  # the library publishes no types
    """flask-smorest with our one error shape; `pathfolio.errors` answers, not the library."""

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask, *, spec_kwargs: dict[str, Any]) -> None:
        app.config["OPENAPI_URL_PREFIX"] = "/api"
        app.config["API_SPEC_OPTIONS"] = {
            "info": {"description": "The API of one Pathfolio server.", "license": LICENCE},
            "security": [{"session": []}],
        }
        plugin = MarshmallowPlugin(schema_name_resolver=schema_name)
        super().__init__(app, spec_kwargs=spec_kwargs | {"marshmallow_plugin": plugin})
        self.spec.components.security_scheme(
            "session", {"type": "apiKey", "in": "cookie", "name": "__Host-pathfolio"}
        )
        self.register_field(Text, "string", None)
        self.register_converter(IdConverter, id_schema)

    def _register_responses(self) -> None:
        """Every error, named by status or not, is a problem."""
        media = {PROBLEM: {"schema": ProblemSchema}}
        names = [status.name for status in HTTPStatus if status >= 400]
        for name in (*names, "DEFAULT_ERROR"):
            response = {"description": "A problem (RFC 9457)", "content": media}
            self.spec.components.response(name, response, lazy=True)

    def _register_error_handlers(self) -> None:
        """Nothing: see `pathfolio.errors.set_up`."""


def schema_name(schema: Schema | type[Schema]) -> str:
    """`PeopleListed` for `pathfolio.people.schemas.ListedSchema`: two domains may use one word."""
    found = schema if isinstance(schema, type) else type(schema)
    domain = found.__module__.split(".")[1]
    return domain.title() + found.__name__.removesuffix("Schema")


def id_schema(_converter: IdConverter) -> dict[str, str]:
    return {"type": "string", "pattern": PATTERN}


LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
