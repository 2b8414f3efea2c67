"""Small PDFs for tests: readable, compressed, scanned, encrypted, telling in their metadata."""

import hashlib
import zlib


def build(objects, trailer=""):
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    return out + f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n".encode()


def stream(content, more=""):
    return f"<</Length {len(content)}{more}>>\nstream\n".encode() + content + b"\nendstream"


def page(content, resources="/Font<</F1 5 0 R>>", extra=(), trailer="", catalog=""):
    return build([f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode(), b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                  f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<{resources}>>>>".encode(), content,
                  b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>", *extra], trailer)


def operators(text):
    lines = "".join(f"({line}) Tj T*\n" for line in text.replace("(", r"\(").replace(")", r"\)").split("\n"))
    return f"BT /F1 11 Tf 50 790 Td 14 TL\n{lines}ET".encode("windows-1252")


def plain(text):
    return page(stream(operators(text)))


def compressed(text):
    return page(stream(zlib.compress(operators(text)), "/Filter/FlateDecode"))


def telling(text, title):
    info = f"<</Title({title})>>".encode("windows-1252")
    return page(stream(operators(text)), extra=[info], trailer="/Info 6 0 R")


def script():
    return page(stream(operators("Bonjour")), catalog="/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>")


def scanned(seed):
    """A page that is one image: nothing to search."""
    pixels = zlib.compress(bytes([seed, 0x55]) * 62500)
    image = stream(pixels, "/Type/XObject/Subtype/Image/Width 1000/Height 1000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode")
    return page(stream(b"q 595 0 0 842 0 0 cm /Im Do Q"), "/XObject<</Im 6 0 R>>", [image])


def rc4(key, data):
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def encrypted(text, password=b"sesame"):
    """Standard security handler, revision 2 (PDF 1.4, 3.5.2): nobody reads it without the password."""
    padding = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    padded = (password + padding)[:32]
    identity = b"0123456789abcdef"
    owner = rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + (0xFFFFFFFC).to_bytes(4, "little") + identity).digest()[:5]
    user = rc4(key, padding)
    of_content = hashlib.md5(key + bytes([4, 0, 0, 0, 0])).digest()[:10]
    trailer = f"/ID[<{identity.hex()}><{identity.hex()}>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{owner.hex()}>/U<{user.hex()}>>>"
    return page(stream(rc4(of_content, operators(text))), trailer=trailer)
