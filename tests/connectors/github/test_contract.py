from tests.connectors.github.rig import open_github
from tests.contracts.suite import ConnectorContract


class TestGitHub(ConnectorContract):
    rig = staticmethod(open_github)
