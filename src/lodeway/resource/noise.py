"""Normal numbers that belong to a node and a realisation, in compiled code.

Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11): the
counter is the node and the realisation's fourth, the key a hash of seed and name. The normal
quantile is Wichura's (1988, Algorithm AS 241, PPND16, Applied Statistics 37).
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from lodeway.resource.compiled import compiled

Words = NDArray[np.uint32]


def key_of(seed: int, quantity: str, item: str) -> Words:
    """Return the two words of a stream's key."""
    digest = hashlib.sha256(f"{seed}\x1f{quantity}\x1f{item}".encode()).digest()
    return np.frombuffer(digest[:8], dtype="<u4").astype(np.uint32)


@compiled
def philox(key: Words, counter: Words, out: Words) -> None:
    """Write the four words of a counter into `out`."""
    a, b, c, d = counter[0], counter[1], counter[2], counter[3]
    k, m = key[0], key[1]
    for _ in range(10):
        first = np.uint64(0xD2511F53) * np.uint64(a)
        second = np.uint64(0xCD9E8D57) * np.uint64(c)
        a = np.uint32(second >> np.uint64(32)) ^ b ^ k
        b = np.uint32(second & np.uint64(0xFFFFFFFF))
        c = np.uint32(first >> np.uint64(32)) ^ d ^ m
        d = np.uint32(first & np.uint64(0xFFFFFFFF))
        k = np.uint32(np.uint64(k) + np.uint64(0x9E3779B9))
        m = np.uint32(np.uint64(m) + np.uint64(0xBB67AE85))
    out[0], out[1], out[2], out[3] = a, b, c, d


@compiled
def quantile(p: float) -> float:
    """Return the standard normal quantile of a probability in (0, 1)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r
            + 6.7265770927008700853e4) * r + 4.5921953931549871457e4) * r
            + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
            + 1.3314166789178437745e2) * r + 3.387132872796366608) / (
            ((((((5.226495278852854561e3 * r + 2.8729085735721942674e4) * r
            + 3.9307895800092710610e4) * r + 2.1213794301586595867e4) * r
            + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
            + 4.2313330701600911252e1) * r + 1.0)  # fmt: skip
    r = math.sqrt(-math.log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        value = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r
            + 2.41780725177450611770e-1) * r + 1.27045825245236838258) * r
            + 3.64784832476320460504) * r + 5.76949722146069140550) * r
            + 4.63033784615654529590) * r + 1.42343711074968357734) / (
            ((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r
            + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r
            + 6.89767334985100004550e-1) * r + 1.67638483018380384940) * r
            + 2.05319162663775882187) * r + 1.0)  # fmt: skip
    else:
        r -= 5.0
        value = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
            + 1.24266094738807843860e-3) * r + 2.65321895265761230930e-2) * r
            + 2.96560571828504891230e-1) * r + 1.78482653991729133580) * r
            + 5.46378491116411436990) * r + 6.65790464350110377720) / (
            ((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r
            + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r
            + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
            + 5.99832206555887937690e-1) * r + 1.0)  # fmt: skip
    return -value if q < 0.0 else value


@compiled
def hashes(key: Words, number: int) -> NDArray[np.uint64]:
    """Return one word of 64 bits for each item, to sort by."""
    counter, four = np.zeros(4, np.uint32), np.empty(4, np.uint32)
    out = np.empty(number, np.uint64)
    counter[3] = 1  # apart from the normal numbers
    for i in range(number):
        counter[0] = np.uint32(i & 0xFFFFFFFF)
        counter[1] = np.uint32(i >> 32)
        philox(key, counter, four)
        out[i] = (np.uint64(four[0]) << np.uint64(32)) | np.uint64(four[1])
    return out
