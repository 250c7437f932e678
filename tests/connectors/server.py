"""The tests' foreign PostgreSQL server."""

from __future__ import annotations

from typing import Any

from governance.runtime.postgres import Cluster
from governance.sources.connectors.base import DatasetInfo, Limits
from governance.sources.connectors.postgresql import PostgreSQL

PASSWORD = "-".join(("s3cr3t", "scanner"))


class Server:
    """Statements as its superuser, and connectors as its ordinary user `scanner`."""

    def __init__(self, cluster: Cluster) -> None:
        assert cluster.port is not None
        self.cluster = cluster
        self.port = cluster.port

    def execute(self, *statements: str, database: str = "shop") -> None:
        connection = self.cluster.connect(database)
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()

    def config(self, **changes: Any) -> dict[str, Any]:
        base = {"host": "127.0.0.1", "port": self.port, "database": "shop", "user": "scanner", "password": PASSWORD, "tls": "disable"}
        return base | changes

    def open(self, limits: Limits | None = None, **changes: Any) -> PostgreSQL:
        return PostgreSQL(PostgreSQL.Config.model_validate(self.config(**changes)), limits)

    def dataset(self, connector: PostgreSQL, name: str) -> DatasetInfo:
        return next(one for one in connector.datasets() if one.name == name)
