"""What every connector must do, run over real HTTP against its stand-in.

A connector declares itself in one line, in its own folder of tests::

    class TestGitLab(ConnectorContract):
        rig = staticmethod(open_gitlab)

where ``open_gitlab`` is a context manager that yields a :class:`tests.contracts.rig.Rig`.
"""

import pytest

pytest.register_assert_rewrite(
    "tests.contracts.suite",
    "tests.contracts.webhook_facts",
    "tests.contracts.write_facts",
)
