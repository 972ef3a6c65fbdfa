"""A build compiles the translations, too; all else about the package stands in pyproject.toml."""

from babel.messages.setuptools_frontend import compile_catalog
from setuptools import setup
from setuptools.command.build import build


class Build(build):
    """setuptools' build, with the catalogues of ``plugins/cierre/language/locales`` as .mo files."""

    sub_commands = (("compile_catalog", None), *build.sub_commands)


setup(
    cmdclass={"build": Build, "compile_catalog": compile_catalog},
    options={"compile_catalog": {"domain": "cierre", "directory": "plugins/cierre/language/locales"}},
)
