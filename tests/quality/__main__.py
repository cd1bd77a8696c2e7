"""`make quality`: prints the figures and what is missed."""

from tests.quality.report import index_report, misses, table, trigger_report


def main() -> None:
    triggers, index = trigger_report(), index_report()
    print(misses(triggers, index), table(triggers, index), sep="\n\n")


if __name__ == "__main__":
    main()
