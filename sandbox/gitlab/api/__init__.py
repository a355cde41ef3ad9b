"""The routes of `/api/v4` and `/api/graphql`."""
