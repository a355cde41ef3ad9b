from tests.connectors.gitlab.rig import open_new, open_old
from tests.contracts.suite import ConnectorContract


class TestGitLab(ConnectorContract):
    rig = staticmethod(open_new)


class TestGitLabBefore17(ConnectorContract):
    rig = staticmethod(open_old)
