from tests.connectors.jira.rig import open_cloud, open_data_center
from tests.contracts.suite import ConnectorContract


class TestJiraCloud(ConnectorContract):
    rig = staticmethod(open_cloud)


class TestJiraDataCenter(ConnectorContract):
    rig = staticmethod(open_data_center)
