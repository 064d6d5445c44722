import subprocess
from pathlib import Path

from contracts.agencies import Directory
from contracts.catalogue import lanes
from runtime.keys.files import Keys
from runtime.servers.nats_config import Mounted, render, render_cluster
from runtime.servers.process import binary
from runtime.tls.authority import Authority
from runtime.tls.certificates import Certificates, Tls


def _keys(home: Path, directory: Directory) -> Keys:
    keys = Keys(home / "keys")
    keys.create(directory)
    return keys


def _check(path: Path, **environment: str) -> None:
    done = subprocess.run([binary("nats-server"), "-t", "-c", path], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _tls(home: Path, directory: Directory) -> Tls:
    Authority(home / "tls").certify(directory)
    tls = Certificates(home / "tls").bus
    assert tls
    return tls


def test_the_server_accepts_what_is_generated(tmp_path: Path, directory: Directory) -> None:
    config = tmp_path / "nats.conf"
    for tls in (None, _tls(tmp_path, directory)):
        config.write_text(render(directory, _keys(tmp_path, directory), port=4222, store_dir=tmp_path / "nats", tls=tls))
        _check(config)


def test_it_is_the_same_every_time(tmp_path: Path, directory: Directory) -> None:
    keys = _keys(tmp_path, directory)
    assert render(directory, keys, port=1, store_dir=tmp_path) == render(directory, keys, port=1, store_dir=tmp_path)


def test_no_secret_stands_in_it(tmp_path: Path, directory: Directory) -> None:
    keys = _keys(tmp_path, directory)
    text = render(directory, keys, port=4222, store_dir=tmp_path / "nats")
    text += "".join(render_cluster(directory, keys.public_keys(directory), ["a", "b", "c"]).values())
    secrets = [path.read_text().strip().removeprefix('key: "').removesuffix('"') for path in keys.path.iterdir()]
    assert len(secrets) == 4 * len(directory.agencies) + 2
    assert not [secret for secret in secrets if secret in text]


def test_every_lane_is_one_export_to_one_account(tmp_path: Path, directory: Directory) -> None:
    text = render(directory, _keys(tmp_path, directory), port=4222, store_dir=tmp_path)
    between = [lane for lane in lanes(directory) if lane.sender != lane.recipient]
    assert text.count('"accounts": [') == len(between)
    assert text.count('"to": "to.') == len(between)


def test_a_cluster_of_three_is_accepted(tmp_path: Path, directory: Directory) -> None:
    keys = _keys(tmp_path, directory)
    nodes = ["nats-0.nats", "nats-1.nats", "nats-2.nats"]
    mounted = Mounted(tls=_tls(tmp_path, directory))
    system = keys.system_public_key()
    files = render_cluster(directory, keys.public_keys(directory), nodes, system_public_key=system, mounted=mounted)
    assert list(files) == [f"{node}.conf" for node in nodes]
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        _check(tmp_path / name, NATS_STORE_KEY="k" * 64)
