"""Compiled templates make the text that Jinja itself makes of the same people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import ChainableUndefined, Environment

from parcours.definition.expressions import Scope
from parcours.definition.templates import compile_template

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

ITEMS = "array<struct<sku:string,price:double,count:int,colours:array<string>>>"
COLUMNS = {
    "name": "string",
    "tier": "string",
    "age": "int",
    "big": "bigint",
    "spend": "double",
    "vip": "boolean",
    "tags": "array<string>",
    "nums": "array<int>",
    "consents": "map<string,string>",
    "address": "struct<city:string,floor:int>",
    "basket": ITEMS,
}
PEOPLE: list[dict[str, Any]] = [
    {
        **{"name": "Ada <b>&\"'", "tier": "gold", "age": 30, "big": 12345678901, "spend": 1234.5, "vip": True},
        **{"tags": ["a", "<b>", "c d"], "nums": [3, 1, 2], "consents": {"email": "y", "sms": "n"}},
        **{"address": {"city": "Paris & Co", "floor": 2}},
        "basket": [
            {"sku": "x", "price": 1.0, "count": 1, "colours": ["red", "blue"]},
            {"sku": "<y>", "price": 2.55, "count": None, "colours": []},
            {"sku": None, "price": None, "count": 3, "colours": None},
        ],
    },
    {
        **{"name": "", "tier": "", "age": 0, "big": 0, "spend": 0.0, "vip": False, "tags": [], "nums": []},
        **{"consents": {}, "address": {"city": None, "floor": 0}, "basket": []},
    },
    dict.fromkeys(COLUMNS),
    {
        **{"name": "the quick-brown (fox) {jumps} over [a] lazy <dog>. ÉCOLE été  two  spaces\nnew line"},
        **{"tier": "silver", "age": -7, "big": -1, "spend": 1e-5, "vip": True, "tags": ["x"], "nums": [0]},
        **{"consents": {"sms": "y"}, "address": None},
        "basket": [{"sku": "one", "price": 1e20, "count": 0, "colours": ["z"]}],
    },
    {
        **{"name": "  padded\t\n", "tier": None, "age": 17, "big": 2**62, "spend": 12345678.9, "vip": False},
        **{"tags": ["é", "É"], "nums": [10, 20], "consents": {"email": "n"}, "address": {"city": "X", "floor": 1}},
        "basket": [{"sku": "a", "price": 0.0001234, "count": 5, "colours": ["q"]}],
    },
]

CASES = {
    "text stands as it is": [
        "<a href=\"x\">${x} \\n 'q' `b` \\u0041</a> {{ '${env:HOME}' }}",
        "\na\n\n",
        "{% raw %}{{ x }}{% endraw %}",
    ],
    "comments and trimmed blanks": ["{# x #}a{#- y -#} b", "a {%- if true %} b {%- endif %} c"],
    "values print": [
        "{{ profile.name }} {{ profile.age }} {{ profile.big }} {{ profile.spend }} {{ profile.vip }}",
        "{{ profile.tags[0] }} {{ profile.tags[-1] }} {{ profile.tags[9] }} {{ profile.nums[1] }}",
        "{{ profile.consents.email }} {{ profile.consents['sms'] }} {{ profile['consents']['x'] }}",
        "{{ profile.address.city }} {{ profile.basket[0].sku }} {{ profile.basket[0]['price'] }}",
        "{{ profile.name[:3] }}|{{ profile.name[0] }}|{{ profile.name[2:5] }}",
        "{{ 1e3 }} {{ 1.50 }} {{ 100000000.0 }} {{ 0.00001 }} {{ true }} {{ '<' }} {{ 'a' 'b' }}",
    ],
    "default": [
        "{{ profile.name|default('there') }} {{ profile.age|default('none') }} {{ profile.vip|default('x') }}",
        "{{ profile.name|default('th<ere', true) }} {{ profile.tier|d('q') }} {{ profile.spend|default(1.5) }}",
        "{{ profile.tier|default('<x>'|safe) }}",
    ],
    "letters": [
        "{{ profile.name|upper }}|{{ profile.name|lower }}|{{ profile.name|title }}|{{ profile.name|capitalize }}",
        "{{ profile.name|trim }}|{{ profile.name|trim('d ') }}|{{ profile.name|replace('b', '<i>') }}",
        "{{ profile.name|length }} {{ profile.name|urlencode }}",
    ],
    "truncate": [
        "{{ profile.name|truncate(10) }}|{{ profile.name|truncate(10, true) }}",
        "{{ profile.name|truncate(20, false, '…') }}|{{ profile.name|truncate(12, leeway=0) }}",
        "{{ profile.name|truncate(3, True, '') }}|{{ profile.name|truncate(40) }}",
    ],
    "escaping": [
        "{{ profile.name|e }} {{ profile.name|safe }} {{ profile.name|safe|upper }} {{ profile.name|safe|title }}",
        "{{ profile.name|safe|truncate(10, end='<') }} {{ profile.name|safe|replace('b', '<') }}",
        "{{ ('<b>'|safe) ~ profile.name }} {{ profile.name|upper|safe ~ '<' ~ profile.name }}",
        "{{ ['<a>', profile.name]|join('<br>'|safe) }}",
    ],
    "if": [
        "{% if profile.vip %}V{% elif profile.age %}A{{ profile.age }}{% else %}-{% endif %}",
        "{% if profile.name %}n{% endif %}{% if profile.tags %}t{% endif %}{% if profile.consents %}c{% endif %}"
        "{% if profile.spend %}s{% endif %}{% if profile.address %}a{% endif %}",
        "{% if not profile.vip and profile.age is defined or profile.big %}x{% endif %}",
        "{{ 'a' if profile.vip else 'b' }}{{ 'c' if profile.tier }}",
    ],
    "comparisons": [
        "{% if profile.tier == 'gold' %}g{% endif %}{% if profile.tier != 'gold' %}n{% endif %}",
        "{{ profile.age == 30 }} {{ 'x' == profile.tier }} {{ profile.name == '' }} {{ profile.tags == [] }}",
        "{% if profile.tier in ['gold', 'silver'] %}y{% endif %}{% if profile.tier not in ('gold',) %}z{% endif %}",
        "{% if 'a' in profile.tags %}y{% endif %}{% if 'email' in profile.consents %}e{% endif %}{{ 'a' in 'abc' }}",
        "{% if profile.tier is defined %}d{% endif %}{% if profile.tier is not defined %}u{% endif %}",
        "{{ 3 is odd }} {{ 4 is divisibleby 2 }} {{ 'a' is string }} {{ profile.vip is true }} {{ 1 < 2 <= 2 }}",
    ],
    "and and or by value": [
        "{{ profile.tier or 'no <tier>' }} {{ profile.tier and 'has' }} {{ not profile.vip }}",
        "{{ profile.vip and 'adult' or 'child' }}",
        "{% set x = profile.vip and 'VIP' %}{% if x %}1{{ x }}{% else %}0{% endif %}",
        "{{ (profile.tags or ['none'])|join }}",
    ],
    "for": [
        "{% for t in profile.tags %}{{ loop.index }}/{{ loop.length }}:{{ t }}{% if not loop.last %}, {% endif %}"
        "{% if loop.first %}!{% endif %}{% else %}none{% endfor %}",
        "{% for i in profile.basket %}{{ i.sku }}={{ i.price }}x{{ i.count }}[{% for c in i.colours %}{{ c }}"
        "{{ loop.index0 }}{{ i.sku }}{% else %}-{% endfor %}]{{ loop.revindex }} {% endfor %}",
        "{% for i in profile.basket if i.price %}{{ i.sku }}{{ loop.index }}{% else %}no{% endfor %}",
        "{% for x in ['a', '<'] %}{{ x }}{% endfor %}{% for n in [1, 2] %}{{ n * 2 }}{% endfor %}",
    ],
    "arrays": [
        "{{ profile.tags|join(', ') }} {{ profile.tags|first }} {{ profile.tags|last }} {{ profile.tags|length }}",
        "{{ profile.basket|map(attribute='sku')|join('-')|replace('None', '') }}",
        "{{ profile.nums|sum }} {{ profile.nums|max }}",
    ],
    "set, with and filter blocks": [
        "{% set x = 1 %}{% if profile.vip %}{% set x = 2 %}{% endif %}{{ x }}",
        "{% set g %}<b>{{ profile.name }}</b>{% endset %}{{ g }}{{ g|upper }}",
        "{% with a = 1, b = profile.tier %}{{ a }}{{ b }}{% endwith %}",
        "{% filter trim|lower %} X {{ profile.name }} {% endfilter %}",
        "{% for n in profile.nums %}{% set y = n * 2 %}{{ y }},{% endfor %}",
    ],
    "numbers": [
        "{{ 7 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2.0 * 3 }} {{ 1 + 2 }} {{ 'a' + 'b' }}",
        "{{ 42.55|round }} {{ 2.5|round }} {{ 42.55|round(1, 'floor') }} {{ 42.51|round(1, 'ceil') }} {{ -3|abs }}",
        "{{ '12.7'|int }} {{ ' 5 '|int }} {{ 'x'|int(3) }} {{ '1e3'|float }} {{ true|int }}",
        "{% if profile.age is defined %}{{ profile.age + 1 }} {{ profile.age / 4 }} {{ profile.age // 4 }} "
        "{{ profile.age % 4 }} {{ profile.age % -4 }} {{ -profile.age }} {{ profile.spend * 100 }}{% endif %}",
    ],
    "~": ["{{ profile.name ~ 1 ~ profile.spend }}{{ 'A' ~ ('b' if profile.vip else 'c') }}"],
}


class Thing(dict[str, Any]):
    """What Jinja sees of a struct or a map: its keys and nothing else, so that a key named like a method is a key."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return super().__getattribute__(name)
        if name in dict.keys(self):
            return self[name]
        raise AttributeError(name)


def seen_by_jinja(value: Any) -> Any:
    """A null is undefined (1.8)."""
    if isinstance(value, dict):
        return Thing({key: seen_by_jinja(item) for key, item in value.items() if item is not None})
    return [seen_by_jinja(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> DataFrame:
    types = ",".join(f"{name}:{kind}" for name, kind in COLUMNS.items())
    return spark.createDataFrame([(person,) for person in PEOPLE], f"profile struct<{types}>").coalesce(1).cache()


@pytest.mark.parametrize("case", CASES)
def test_the_text_is_jinjas(people: DataFrame, case: str) -> None:
    scope = Scope(COLUMNS, None, None)
    texts = [(text, html) for text in CASES[case] for html in (True, False)]
    columns = [compile_template(text, scope, html=html).sql + f" AS c{n}" for n, (text, html) in enumerate(texts)]
    made = people.selectExpr(*columns).collect()
    for n, (text, html) in enumerate(texts):
        jinja = Environment(autoescape=html, undefined=ChainableUndefined).from_string(text)
        wanted = [jinja.render(profile=seen_by_jinja(person)) for person in PEOPLE]
        assert [row[n] for row in made] == wanted, text


def test_doubles_print_as_in_python(spark: SparkSession) -> None:
    numbers = [0.1, 1.0, 123456.789, 9999999.0, 1e7, 123456789.123, 9.999e15, 1e16, 1.5e16, 1e20, 1.2345e-4, 1e-4]
    numbers += [9.9e-5, 1e-5, 1.5e-10, 1e100, 0.001, 0.000999, -2.5, -1e7, -1e-7, 3.3333333333333335, 0.0, -0.0]
    frame = spark.createDataFrame([((number,),) for number in numbers], "profile struct<x:double>")
    sql = compile_template("{{ profile.x }}", Scope({"x": "double"}, None, None), html=False).sql
    assert [row[0] for row in frame.selectExpr(sql).collect()] == [str(number) for number in numbers]
