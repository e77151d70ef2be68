"""Store: how rclone finds the store of a backup.

rclone takes everything from variables, so no file of configuration is needed: the remote STORE is the store itself,
the remote CRYPT is on top of it and encrypts. Secrets are only named here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from redismanifests.features.backup.settings import Backup, Store
    from redismanifests.features.restore.settings import From

STORE_FOLDER, CLAIM_FOLDER = "/store", "/backups"
"""Where the keys of SFTP are mounted, and the claim that is a store."""
PASSWORD = "BACKUP_PASSWORD"
"""The variable with the password of the encryption; store.sh hands it to rclone."""

PROVIDERS = {True: "Other", False: "AWS"}
"""Of S3, by whether an endpoint is set: rclone then asks for buckets by path, which every store answers."""


class Variable(NamedTuple):
    """A variable of the container that uploads, with its value."""

    name: str
    value: str


class SecretVariable(NamedTuple):
    """A variable whose value is a key of a Secret."""

    name: str
    secret: str
    key: str


_KEYS = {
    "s3": ("access_key_id", "secret_access_key"),
    "gcs": ("service_account_credentials",),
    "azure": ("key",),
}
"""Keys of the Secret that become variables, by the kind of the store: rclone's own names."""
FILES = {"sftp": ("ssh-privatekey", "known_hosts")}
"""Keys of the Secret that are mounted as files: rclone wants a private key in one line otherwise."""


def of_segments(deployment: str) -> str:
    """The folder of a deployment's segments, beside that of its backups: no deployment has a dot in its name."""
    return f"{deployment}.segments"


def place(store: Store, namespace: str, deployment: str) -> str:
    """Where the backups of a deployment are, as rclone writes it: ``STORE:bucket/prefix/namespace/name``."""
    root = {"sftp": "", "claim": CLAIM_FOLDER}.get(store.kind, store.bucket or "")
    path = "/".join(part for part in (root, store.prefix, namespace, deployment) if part)
    return f"STORE:{path}"


def remote(backup: Backup | From, namespace: str, deployment: str) -> str:
    """What scripts read and write: the place itself, or the encrypted one on top of it."""
    return "CRYPT:" if backup.encryption else place(backup.store, namespace, deployment)


def variables(
    backup: Backup | From, namespace: str, deployment: str, *, keys: bool = False
) -> tuple[Variable, ...]:
    """What rclone must know of the store and is no secret, for the backups of a deployment.

    ``keys``: whether there is a Secret with keys, whatever the store has.
    """
    identified = keys or bool(backup.store.secret_name)
    found = {
        f"RCLONE_CONFIG_STORE_{key}": value for key, value in _of_store(backup.store, identified).items()
    }
    if backup.encryption:
        found |= {
            "RCLONE_CONFIG_CRYPT_TYPE": "crypt",
            "RCLONE_CONFIG_CRYPT_REMOTE": place(backup.store, namespace, deployment),
            # Names have no secret in them, and a person must find a backup.
            "RCLONE_CONFIG_CRYPT_FILENAME_ENCRYPTION": "off",
            "RCLONE_CONFIG_CRYPT_DIRECTORY_NAME_ENCRYPTION": "false",
        }
    return (Variable("REMOTE", remote(backup, namespace, deployment)), *(Variable(*e) for e in found.items()))


def secret_variables(backup: Backup | From, secret_name: str | None = None) -> tuple[SecretVariable, ...]:
    """What rclone must know and is a secret; ``secret_name``: a Secret in place of that of the store."""
    store = backup.store
    chosen = secret_name or store.secret_name
    keys = _KEYS.get(store.kind, ()) if chosen else ()
    found = [SecretVariable(f"RCLONE_CONFIG_STORE_{key.upper()}", chosen or "", key) for key in keys]
    if backup.encryption:
        found.append(SecretVariable(PASSWORD, backup.encryption.secret_name, "password"))
    return tuple(found)


def secret_files(store: Store) -> tuple[str, ...]:
    """Keys of the store's Secret that are mounted in ``STORE_FOLDER``."""
    return FILES.get(store.kind, ()) if store.secret_name else ()


def _of_store(store: Store, identified: bool) -> dict[str, str]:
    by_identity = {} if identified else {"ENV_AUTH": "true"}
    endpoint = {"ENDPOINT": store.endpoint} if store.endpoint else {}
    if store.kind == "s3":
        region = {"REGION": store.region} if store.region else {}
        provider = PROVIDERS[store.endpoint is not None]
        # A bucket that is missing is a mistake: no right to make one is needed.
        return {
            "TYPE": "s3", "PROVIDER": provider, **region, **endpoint, "NO_CHECK_BUCKET": "true", **by_identity,
        }  # fmt: skip
    if store.kind == "gcs":
        return {
            "TYPE": "google cloud storage", **endpoint, "BUCKET_POLICY_ONLY": "true", "NO_CHECK_BUCKET": "true",
            **by_identity,
        }  # fmt: skip
    if store.kind == "azure":
        account = {"ACCOUNT": store.account} if store.account else {}
        return {"TYPE": "azureblob", **account, **endpoint, "NO_CHECK_CONTAINER": "true", **by_identity}
    if store.kind == "sftp":
        key_file, known_hosts = (f"{STORE_FOLDER}/{file}" for file in FILES["sftp"])
        return {
            "TYPE": "sftp", "HOST": store.host or "", "PORT": str(store.port), "USER": store.user or "",
            "KEY_FILE": key_file, "KNOWN_HOSTS_FILE": known_hosts,
            # Sums are made of what is read back: no program has to run on the server.
            "DISABLE_HASHCHECK": "true",
        }  # fmt: skip
    return {"TYPE": "local"}
