"""What the image is tried by, tried with the environment of these tests: not only who builds one finds it broken."""

import sys
from pathlib import Path

from image.dockerfile import ROOT
from image.trial import everything_works


def test_every_module_page_export_and_dag_works(cluster, ledger_dsn, reader_dsn, tmp_path):
    everything_works(Path(sys.executable), ROOT, cluster, ledger_dsn, reader_dsn, tmp_path)
