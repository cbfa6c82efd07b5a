"""Puts the sample project, which stands at the root of the repository, into the built package. Else: pyproject.toml."""

import runpy
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PARTS = runpy.run_path("parcours/jobs/samples.py")["PARTS"]


class BuildWithSample(build_py):
    """One copy in git, beside the user's eyes; one in the wheel, for `parcours demo` and `parcours init`."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for part in PARTS:
                target = Path(self.build_lib, "parcours", "sample", part)
                target.parent.mkdir(parents=True, exist_ok=True)
                if Path(part).is_dir():
                    shutil.copytree(part, target, dirs_exist_ok=True)
                else:
                    shutil.copyfile(part, target)


setup(cmdclass={"build_py": BuildWithSample})
