import pytest
from benchkit.testing import cases_of

import acme_anomaly


@pytest.mark.parametrize("case", cases_of(acme_anomaly), ids=str)
def test_promise(case):
    case()
