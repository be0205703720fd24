"""Debian's Apache with mod_auth_openidc before a page, in a process of its own, as nobody in particular."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from joserfc.jwk import RSAKey

PROGRAM = shutil.which("apache2", path=f"{os.environ['PATH']}:/usr/sbin")
MODULES = Path("/usr/lib/apache2/modules")
MODULE = MODULES / "mod_auth_openidc.so"
LOADED = "mpm_event authz_core authz_user authn_core headers auth_openidc".split()
BACK = "/protected/back"
CONFIGURATION = """
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/pid
DefaultRuntimeDir {folder}
Mutex sem
ErrorLog {folder}/log
LogLevel warn auth_openidc:info
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
MinSpareThreads 1
MaxSpareThreads 8
DocumentRoot {folder}/pages
<Directory {folder}/pages>
  Require all granted
</Directory>
OIDCProviderMetadataURL {provider}/.well-known/openid-configuration
OIDCClientID {client_id}
{credential}
OIDCRedirectURI {address}{back}
OIDCCryptoPassphrase a-passphrase-for-tests-only
OIDCScope "openid profile email offline_access"
OIDCPKCEMethod S256
OIDCIDTokenSignedResponseAlg ES256
OIDCPassRefreshToken On
OIDCRemoteUserClaim sub
OIDCSSLValidateServer Off
<Location /protected>
  AuthType openid-connect
  Require valid-user
  Header always set X-User "expr=%{{REMOTE_USER}}"
  Header always set X-Access-Token "expr=%{{reqenv:OIDC_access_token}}"
  Header always set X-Refresh-Token "expr=%{{reqenv:OIDC_refresh_token}}"
  Header always set X-Name "expr=%{{reqenv:OIDC_CLAIM_name}}"
</Location>
"""


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def protecting(
    address: str, provider: str, client_id: str, proof: str | RSAKey
) -> AsyncIterator[None]:
    """Apache at `address`, a client of the provider that proves itself by a secret or a key."""
    if PROGRAM is None:
        raise RuntimeError("apache2 is not installed")
    # Not below pytest's folder: nobody else may enter that, and Apache must not stay root.
    folder = Path(tempfile.mkdtemp(prefix="madoguchi-apache-"))
    try:
        (folder / "pages" / "protected").mkdir(parents=True)
        (folder / "pages" / "protected" / "page.txt").write_text("a page for those signed in")
        (folder / "pages" / "bye.txt").write_text("bye")
        if not isinstance(proof, str):
            (folder / "key.pem").write_bytes(proof.as_pem(private=True))
            (folder / "public.pem").write_bytes(proof.as_pem(private=False))
        credential = (
            f"OIDCClientSecret {proof}\nOIDCProviderTokenEndpointAuth client_secret_basic"
            if isinstance(proof, str)
            else f"OIDCPrivateKeyFiles {proof.kid}#{folder}/key.pem\n"
            # Without it, too, this version of the module crashes as it signs.
            f"OIDCPublicKeyFiles {proof.kid}#{folder}/public.pem\n"
            "OIDCProviderTokenEndpointAuth private_key_jwt"
        )
        configuration = CONFIGURATION.format(
            folder=folder,
            port=address.rpartition(":")[2],
            address=address,
            provider=provider,
            client_id=client_id,
            credential=credential,
            back=BACK,
        )
        loads = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED]
        (folder / "conf").write_text("\n".join(loads) + configuration)
        user = "nobody" if os.geteuid() == 0 else None
        if user:
            for path in [folder, *folder.rglob("*")]:
                shutil.chown(path, user)
        async with running(folder, address, user):
            yield
    finally:
        shutil.rmtree(folder)


@asynccontextmanager
async def running(folder: Path, address: str, user: str | None) -> AsyncIterator[None]:
    """The process, once it listens."""
    process = subprocess.Popen(
        [str(PROGRAM), "-f", str(folder / "conf"), "-DFOREGROUND"],
        user=user,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not await listens(address):
            if process.poll() is not None:
                log = folder / "log"
                said = log.read_text() if log.exists() else ""
                raise RuntimeError(f"Apache ended: {process.stderr.read()}{said}")  # type: ignore[union-attr]
        yield
    finally:
        process.terminate()
        await asyncio.to_thread(process.communicate)


async def listens(address: str) -> bool:
    """Whether somebody listens there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    except OSError:
        await asyncio.sleep(0.02)
        return False
    writer.close()
    return True
