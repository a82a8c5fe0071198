"""The command `pathfolio`: one module of `pathfolio.commands` for each word, imported only when it is called."""

from importlib import import_module

import click

COMMANDS = {
    "init": "Make the database and the first school with its coordinator.",
    "serve": "Run web server and worker, until told to stop.",
    "worker": "Run only the worker that checks and prepares media.",
    "web": "Run only the web server.",
    "pokes": "Run only the side process that tells devices at once of changes.",
    "user": "List people, set codes and roles, or erase a person.",
    "demo": "Fill a new school with made-up people and work.",
    "backup": "Copy database and media into a folder, with hashes, while serving.",
    "restore": "Put a backup into an empty place and begin a new epoch.",
    "migrate": "Bring the database to this version's tables.",
    "rebuild": "Make all read models anew from the records.",
    "collect": "Remove what nobody will miss: idle uploads, files that nothing shows.",
    "storage": "Try a bucket, prepare it, or move all files between disk and bucket.",
    "status": "Say how the server is, and which devices are behind.",
    "verify": "Check every promise that a running server can check.",
}


class Lazy(click.Group):
    """Lists COMMANDS without importing them, so that the supervisor starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"pathfolio.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pathfolio")
def main() -> None:
    """Pathfolio, an offline-first portfolio that a student owns.

    Settings come from the environment (docs/settings.md); most important is PATHFOLIO_DATA, the data folder.
    """


if __name__ == "__main__":
    main()
