"""The words that customers use for what businesses offer."""

from importlib.resources import files

from chatref.knowledge.thesaurus import read_thesaurus

THESAURUS = read_thesaurus(files(__package__).joinpath("thesaurus.txt"))
