from tests.connectors.gitlab.rig import open_group, open_new, open_old
from tests.contracts.suite import ConnectorContract


class TestGitLab(ConnectorContract):
    rig = staticmethod(open_new)


class TestGitLabBefore17(ConnectorContract):
    rig = staticmethod(open_old)


class TestGitLabGroup(ConnectorContract):
    rig = staticmethod(open_group)
