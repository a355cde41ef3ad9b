"""GitLab: REST v4, the GraphQL subset a connector uses, and its webhooks."""
