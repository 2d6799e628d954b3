"""Where a caller comes from, only ever kept as a keyed hash: enough to know it again, useless for anything else."""

import ipaddress

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from freeslot.scheduling.tokens import keyed_hash

# One household, as providers give addresses out; and the neighbourhood a telephone moves about in.
HOUSEHOLD_BITS = {4: 32, 6: 64}
NETWORK_BITS = {4: 24, 6: 48}


def household_of(request: HttpRequest) -> str:
    return _hashed(request, "address", HOUSEHOLD_BITS)


def network_of(request: HttpRequest) -> str:
    return _hashed(request, "network", NETWORK_BITS)


def _hashed(request: HttpRequest, use: str, bits: dict[int, int]) -> str:
    """Empty where the server was not told an address."""
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return keyed_hash(use, str(ipaddress.ip_network((address.packed, bits[address.version]), strict=False)))
