"""GitLab: GitLab.com and self-managed, REST v4."""

from connectors.gitlab.config import GitLabConfig
from connectors.gitlab.connector import GitLabConnector

__all__ = ["GitLabConfig", "GitLabConnector"]
