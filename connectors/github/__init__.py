"""GitHub issues: GitHub.com and Enterprise Server, REST of 2022-11-28."""

from connectors.github.config import GitHubConfig
from connectors.github.connector import GitHubConnector

__all__ = ["GitHubConfig", "GitHubConnector"]
