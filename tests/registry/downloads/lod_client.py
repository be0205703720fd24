"""Run by gbizinfo-lod's own Python: fetch every file as its command does, and map all of it to RDF."""

import csv
import io
import json
import shutil
import sys
from pathlib import Path

from gbizinfo_lod import mappers
from gbizinfo_lod.client import GbizinfoClient
from rdflib import Dataset

FILES = (
    "TodokedeNinteijoho Hyoshojoho Hojokinjoho Chotatsujoho Tokkyojoho Zaimujoho Shokubajoho Kihonjoho"
).split()
MAPPERS = {
    "Kihonjoho_IMI": mappers.GbizInfoHojinMapper,
    "TodokedeNinteijoho": mappers.GbizInfoTodokedeMapper,
    "Hyoshojoho": mappers.GbizInfoHyoshoMapper,
    "Hojokinjoho": mappers.GbizInfoHojyokinMapper,
    "Chotatsujoho": mappers.GbizInfoChotatsuMapper,
    "Tokkyojoho": mappers.GbizInfoTokkyoMapper,
    "Zaimujoho": mappers.GbizInfoZaimuMapper,
    "Shokubajoho": mappers.GbizInfoShokubaMapper,
}
NUMBER = "http://imi.go.jp/ns/core/rdf#識別値"


def main(address: str, folder: Path) -> None:
    """Print {file: [rows, subjects that have a 識別値 of a corporation]}."""
    GbizinfoClient.DOWNLOAD_ENDPOINT = f"{address}/hojin/Download"
    GbizinfoClient.CSV_ENDPOINT = f"{address}/hojin/OutputCSV"
    client = GbizinfoClient()
    for number, name in enumerate(FILES):
        archive = folder / f"{name}_UTF-8.zip"
        client.download_csv_to_file(str(archive), number)
        shutil.unpack_archive(archive, folder)
    with (folder / "Kihonjoho_UTF-8.csv").open(encoding="utf-8-sig") as file:
        numbers = [row["法人番号"] for row in csv.DictReader(file) if row["法人名"]]
    records = client.output_csv(numbers)
    with (folder / "Kihonjoho_IMI_UTF-8.csv").open("w", encoding="utf-8") as file:
        writer = csv.DictWriter(file, records[0])
        writer.writeheader()
        writer.writerows(records)
    found = {}
    for name, mapper in MAPPERS.items():
        path = folder / f"{name}_UTF-8.csv"
        with path.open(encoding="utf-8-sig") as file:
            rows = sum(1 for _ in csv.DictReader(file))
        out = io.StringIO()
        mapper(str(path)).run(n_jobs=1, output=out)
        graph = Dataset()
        graph.parse(data=out.getvalue(), format="nquads")
        told = {str(o) for _, p, o, _ in graph.quads() if str(p) == NUMBER}
        found[name] = [rows, len(told & set(numbers))]
    print(json.dumps(found))


main(sys.argv[1], Path(sys.argv[2]))
