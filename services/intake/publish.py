"""`python -m services.intake.publish --from DAY --to DAY --out FOLDER`: what `./qiaotou publish` runs."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from chassis.config import Settings
from chassis.data.engine import Database
from chassis.signing import SigningKey
from services.intake.archive.keeping import append_all_seals
from services.intake.figures.projection import project_all
from services.intake.figures.queries import MINIMUM_VOLUME
from services.intake.figures.reads import Period
from services.intake.publication.writing import PATIENCE_S, NotReadyError, publish


def main(arguments: list[str] | None = None) -> int:
    """Bring figures and log up to date, then write the publication; return the exit code."""
    parser = argparse.ArgumentParser(prog="publish")
    parser.add_argument("--from", dest="since", type=date.fromisoformat, required=True)
    parser.add_argument("--to", dest="until", type=date.fromisoformat, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minimum-volume", type=int, default=MINIMUM_VOLUME)
    asked = parser.parse_args(arguments)
    settings = Settings.from_env()
    key = SigningKey(settings.signing_key, district=settings.district)
    database = Database(settings.database_url, source="intake", patience_s=PATIENCE_S)
    try:
        project_all(database)
        append_all_seals(database, key)
        written = publish(
            database,
            key,
            Period(asked.since, asked.until),
            asked.out,
            minimum_volume=asked.minimum_volume,
        )
    except (NotReadyError, FileExistsError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - for whoever runs it
        return 1
    finally:
        database.close()
    print(json.dumps({name: each._asdict() for name, each in written.items()} | {"key": key.public}))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
