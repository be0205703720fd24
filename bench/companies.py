"""Synthetic companies in DuckDB: any number of them, the same on every machine.

Kinds, prefectures and the share of closed ones are those of 2,220,526 real corporations (differences
published by the National Tax Agency, 2021 to 2026). Industries, sizes and sales have no such source:
their shapes are assumed (industries about as in the economic census, sizes with long tails, four in
ten without a known number of employees, half without known sales).
"""

import duckdb

from madoguchi import feel

KINDS = {"301": 1396857, "302": 335674, "305": 276146, "399": 185335, "401": 12729, "499": 6247, "304": 5294,
         "303": 1559, "201": 554}  # fmt: skip
PREFECTURES = {
    "13": 584375, "27": 201727, "14": 140461, "23": 114297, "11": 99429, "12": 86335, "40": 84701, "01": 76515,
    "28": 76432, "22": 62512, "26": 45245, "34": 37999, "08": 35544, "04": 29658, "21": 27496, "10": 27168,
    "20": 27059, "47": 25801, "09": 25591, "33": 25284, "15": 24732, "43": 24296, "07": 23657, "46": 20053,
    "24": 19404, "38": 16933, "25": 16538, "17": 16139, "29": 14939, "35": 14891, "42": 14607, "44": 14303,
    "45": 13595, "02": 13400, "16": 12900, "06": 12600, "37": 12500, "30": 12100, "03": 12000, "19": 11900,
    "05": 10400, "18": 10200, "39": 9600, "41": 9300, "36": 9200, "32": 7900, "31": 5922,
}  # fmt: skip
# Sections of the industrial classification: assumed share in a thousand, divisions of two digits.
INDUSTRIES = {
    "A": (14, "01 02"), "B": (1, "03 04"), "C": (1, "05"), "D": (190, "06 07 08"),
    "E": (115, "09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32"), "F": (4, "33 34 35 36"),
    "G": (38, "37 38 39 40 41"), "H": (32, "42 43 44 45 46 47 48 49"),
    "I": (215, "50 51 52 53 54 55 56 57 58 59 60 61"), "J": (15, "62 63 64 65 66 67"), "K": (105, "68 69 70"),
    "L": (85, "71 72 73 74"), "M": (55, "75 76 77"), "N": (35, "78 79 80"), "O": (17, "81 82"), "P": (32, "83 84 85"),
    "Q": (5, "86 87"), "R": (41, "88 89 90 91 92 93 94 95 96"),
}  # fmt: skip
CAPITAL = "1 1 3 3 3 3 3 5 5 5 10 10 10 10 10 20 20 30 50 80 99 100 300 1000".split()  # million yen
MOST_CITIES = 60

SCOPE: dict[str, feel.Type] = {
    "kind": feel.STRING,
    "prefecture": feel.STRING,
    "city": feel.STRING,
    "section": feel.STRING,
    "industry": feel.STRING,
    "capital": feel.NUMBER,
    "employees": feel.NUMBER,
    "sales": feel.NUMBER,
    "sales before": feel.NUMBER,
    "founded": feel.DATE,
    "active": feel.BOOLEAN,
    "certified": feel.BOOLEAN,
}
COLUMNS = {
    name: feel.Column(f'c."{name}"', whole=14) if kind == feel.NUMBER else f'c."{name}"'
    for name, kind in SCOPE.items()
}


def drawn(weights: dict[str, int], size: int = 2000) -> str:
    """A list in SQL in which each value stands as often as its weight says."""
    total, values, done = sum(weights.values()), [], 0
    for value, weight in weights.items():
        done += weight
        values += [value] * (round(done * size / total) - len(values))
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


def companies_sql(count: int) -> str:
    """The statement that makes the table ``company``; u(n) is the n-th random number of a row."""

    def u(n: int) -> str:
        return f"(hash(i * 32 + {n}) / 18446744073709551616.0)"

    def pick(values: str, size: int, n: int) -> str:
        return f"({values})[1 + CAST(FLOOR({u(n)} * {size}) AS INTEGER)]"

    divisions = {
        division: share * 100 // len(names.split())
        for share, names in INDUSTRIES.values()
        for division in names.split()
    }
    sections = " ".join(
        f"WHEN industry <= '{names.split()[-1]}' THEN '{section}'"
        for section, (_, names) in INDUSTRIES.items()
    )
    return f"""
CREATE TABLE company AS
SELECT 1000000000000 + i AS id, kind, prefecture,
       prefecture || CAST(101 + CAST(FLOOR(POWER({u(3)}, 3) * {MOST_CITIES}) AS INTEGER) AS TEXT) AS city,
       CASE {sections} END AS section, industry,
       CASE WHEN kind IN ('301', '302', '303', '304', '305')
            THEN CAST(({CAPITAL})[1 + CAST(FLOOR({u(5)} * {len(CAPITAL)}) AS INTEGER)] AS BIGINT) * 1000000 END AS capital,
       CAST(CASE WHEN {u(6)} < 0.6 THEN FLOOR(EXP(ABS({u(7)} + {u(8)} + {u(9)} - 1.2) * 4)) END AS INTEGER) AS employees,
       CASE WHEN sales IS NOT NULL AND {u(12)} < 0.9
            THEN CAST(sales * (0.5 + {u(13)}) AS BIGINT) END AS "sales before",
       sales,
       CAST(DATE '2026-10-01' - CAST(FLOOR(POWER({u(14)}, 1.5) * 36500) AS INTEGER) AS DATE) AS founded,
       {u(15)} > 0.186 AS active,
       CASE WHEN {u(16)} < 0.5 THEN {u(17)} < 0.08 END AS certified
FROM (
  SELECT i, {pick(drawn(KINDS), 2000, 0)} AS kind, {pick(drawn(PREFECTURES), 2000, 1)} AS prefecture,
         {pick(drawn(divisions), 2000, 4)} AS industry,
         CASE WHEN {u(10)} < 0.5 THEN CAST(EXP(13 + 9 * {u(11)}) AS BIGINT) END AS sales
  FROM range({count}) AS numbers(i)
)
ORDER BY city, section""".replace(str(CAPITAL), "[" + ", ".join(CAPITAL) + "]")


def create(connection: duckdb.DuckDBPyConnection, count: int) -> None:
    """Make the companies, in the order of their cities as the real list has them, on disk."""
    connection.execute(companies_sql(count))
    connection.execute("CHECKPOINT")
