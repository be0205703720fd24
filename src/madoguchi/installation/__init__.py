"""Running an installation (導入と運用): publishing packages, loading data, the demo, serving.

What an administrator does from the command line; each use case is a file.
"""

from madoguchi.installation.publishing import publish_folder
from madoguchi.installation.serving import prepare, serve
from madoguchi.installation.survey import import_postal_codes, import_survey_file

__all__ = ["import_postal_codes", "import_survey_file", "prepare", "publish_folder", "serve"]
