# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Make ``import builder`` work whatever pytest's import mode."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
