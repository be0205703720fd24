"""DMN 1.5 models (決定モデル): XML files whose decisions are written in FEEL, read and evaluated.

``load_model(path)`` reads a file with the files it imports; ``Evaluation(model, inputs)`` decides.
``tck.run(folder)`` measures the whole of it against the DMN Technology Compatibility Kit.
"""

from .evaluation import Evaluation
from .model import Model, load_model
from .xml import XmlError

__all__ = ["Evaluation", "Model", "XmlError", "load_model"]
