"""Writes test/fixtures/tiny-v1/tokenizer/typed.json: texts as people type and paste them, as CLIP's slow tokenizer takes them.

It mends them by ftfy first, as it did where Stable Diffusion was trained. Usage: python test/reference/typed_texts.py [ALL]
(needs transformers below 5 and ftfy); ALL: a file for 2,000 of them, of which every fifth is kept.
"""

import json
import random
import sys
from pathlib import Path

from transformers import CLIPTokenizer

FOLDER = Path(__file__).parent.parent / "fixtures" / "tiny-v1" / "tokenizer"

WORDS = "a the painting of in thick oil brush strokes bold outlines don't it's we'll artist's sea cat café naïve Straße 3 42 1920s".split()
PHONE = ["don’t", "it’s", "artist’s", "‘soft’", "“bold”", "„low“", "we’ll", "rock ’n’ roll", "l’été", "…", "—", "–", "•", "🎨", "👩‍🎨", "❤️", "ʼn"]
PASTED = ["ﬁne", "ﬂowers", "oﬃce", "ĳs", "Ａｒｔ", "ｶﾅ", "　", "R&amp;D", "&quot;red&quot;", "&#39;s", "&hellip;", "caf&eacute;", "&lt;3", "5&nbsp;cm", "this&not that",
          "\ufeff", "\u200b", "\u00ad", "\x07", "\x00", "\r\n", "\r", "\u2028", "\u0085", "\t", "cafe\u0301", "\u00a0", "\ufffc", "x\u206ay"]
ELSEWHERE = ["ΟΔΟΣ", "Πίνακας", "картина", "絵画", "그림", "İstanbul", "لوحة", "ǅ", "№", "½", "²", "™"]
BROKEN = ["cafÃ©", "donâ€™t", "â€œboldâ€"]


def texts(count: int) -> list[str]:
    """Mostly phones, sometimes pasted, rarely broken in transit."""
    dice = random.Random(15)
    made = []
    while len(made) < count:
        parts = []
        for _ in range(dice.randint(1, 9)):
            kind = dice.random()
            pool = WORDS if kind < 0.55 else PHONE if kind < 0.8 else PASTED if kind < 0.95 else ELSEWHERE if kind < 0.993 else BROKEN
            word = dice.choice(pool)
            parts.append(word.capitalize() if dice.random() < 0.15 else word)
        made.append(dice.choice([" ", " ", " ", "", ", "]).join(parts) + dice.choice(["", "", ".", "!", "<"]))
    return made


def main() -> None:
    tokenizer = CLIPTokenizer(str(FOLDER / "vocab.json"), str(FOLDER / "merges.txt"))
    assert tokenizer.fix_text is not None, "ftfy is not installed"
    rows = [[text, tokenizer(text, add_special_tokens=False).input_ids] for text in texts(2000)]
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(rows))
    kept = [row for row in rows[::5] if not any(mark in row[0].lower() for mark in ("â€", "ã©"))]
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in kept)
    (FOLDER / "typed.json").write_text(f"[\n{lines}\n]\n")
    print(len(kept))


if __name__ == "__main__":
    main()
