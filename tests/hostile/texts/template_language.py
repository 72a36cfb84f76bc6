"""A title that a template would evaluate."""

from hostile_kit import Told

CASE = Told(
    title="{{ 7*7 }} {% for x in ().__class__.__base__.__subclasses__() %} ${7*7} #{7*7}",
    markup=("{49}", " 49 ", "$49", "#49"),
)
