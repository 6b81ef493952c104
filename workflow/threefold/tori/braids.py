"""The braids of the families, as they are read from left to right."""

from __future__ import annotations

from threefold.tori.dynnikov import Braid


def conveyor_braid(p: int, q: int | None = None) -> Braid:
    """f_{p,q} = σ_1² σ_2 … σ_p σ_{p+1}^{-1} … σ_{N-2}^{-1} σ_{N-1}^{-2} on N = p + q + 1 strands; q = p if not given.

    Source: docs/science/tori.md#conveyor-family.
    """
    last = p + (p if q is None else q)
    return Braid((1, *range(1, p + 1), *range(-p - 1, -last - 1, -1), -last), last + 1)


def diverging_braid(n: int, k: int, m: int = 1, power: int = 3) -> Braid:
    """F_{n,k,m} = f_{p,p}^3 (σ_3^{2m} σ_4^{-2m})^k, n = 2p - 1 ≡ 5 mod 6; other powers of f_{p,p} are controls.

    For n = 5 the twists are about σ_2 and σ_3. Source: docs/science/tori.md#diverging-family.
    """
    base = conveyor_braid((n + 1) // 2)
    i = 2 if n == 5 else 3
    return Braid(base.letters * power + ((i,) * (2 * m) + (-i - 1,) * (2 * m)) * k, base.strands)


def magic_braid(strands: int, power: int) -> Braid:
    """T_{m,p} = (σ_1² σ_2 … σ_{m-1})^p σ_{m-1}^{-2}, a fibre of the magic manifold where gcd(m - 1, p) = 1.

    Source: Kin and Takasawa, docs/science/tori.md#magic-braids.
    """
    return Braid((1, *range(1, strands)) * power + (1 - strands,) * 2, strands)
