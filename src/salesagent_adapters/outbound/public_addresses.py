"""Which network addresses are the public internet, and which would be a way into a private one."""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")
_NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(each)
    for each in ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4")
)
_NOT_PUBLIC_6 = tuple(
    IPv6Network(each) for each in ("fec0::/10", "5f00::/16", "3fff::/20", "100::/64", "2001::/23")
)
"""Special-purpose addresses (RFC 6890 and its registries) that not every version of the standard
library knows."""


def is_public(address: Address) -> bool:
    """Whether nothing but the public internet can be reached by it.

    An IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo) is as public
    as what it carries.
    """
    if isinstance(address, IPv6Address):
        if address.scope_id is not None or any(address in net for net in _NOT_PUBLIC_6):
            return False
        carried = _carried(address)
        if carried is not None:
            return is_public(carried)
    elif any(address in net for net in _NOT_PUBLIC_4):
        return False
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    return address.is_global and not special


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _COMPATIBLE or any(address in net for net in _NAT64):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None
