from proxy.limits import Limits


def test_what_is_promised_to_agents_is_what_the_server_takes() -> None:
    limits = Limits()
    assert limits.body_bytes == 64 * 2**20
    assert (limits.exchanges, limits.connections) == (1024, 2048)
    assert (limits.header, limits.body_idle, limits.body_whole, limits.idle) == (10, 60, 300, 120)
    assert (limits.turn, limits.keyring, limits.unwritten, limits.unheard) == (10, 5, 60, 30)
    assert limits.sentinel_grace == 5
    assert (limits.drain, limits.farewell) == (30, 2)
    assert (limits.restarts, limits.restart_window) == (5, 60)
