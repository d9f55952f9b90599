"""The voices of a lip-sync (reference ``relay-luma-…md`` 5.7)."""

import re
from typing import Literal

Language = Literal["en", "zh"]

ENGLISH = (
    "girlfriend_4_speech02", "genshin_vindi2", "zhinen_xuesheng", "AOT", "ai_shatang", "genshin_klee2",
    "genshin_kirara", "ai_kaiya", "oversea_male1", "ai_chenjiahao_712", "chat1_female_new-3", "chat_0407_5-1",
    "cartoon-boy-07", "uk_boy1", "cartoon-girl-01", "PeppaPig_platform", "ai_huangzhong_712", "ai_huangyaoshi_712",
    "ai_laoguowang_712", "chengshu_jiejie", "you_pingjing", "calm_story1", "uk_man2", "laopopo_speech02",
    "heainainai_speech02", "reader_en_m-v1", "commercial_lady_en_f-v1",
)  # fmt: skip
CHINESE = (
    "tiyuxi_xuedi", "tiexin_nanyou", "girlfriend_1_speech02", "girlfriend_2_speech02", "zhuxi_speech02", "uk_oldman3",
    "dongbeilaotie_speech02", "chongqingxiaohuo_speech02", "chuanmeizi_speech02", "chaoshandashu_speech02",
    "ai_taiwan_man2_speech02", "xianzhanggui_speech02", "tianjinjiejie_speech02", "diyinnansang_DB_CN_M_04-v2",
    "yizhipiannan-v1", "tianmeixuemei-v1", "daopianyansang-v1", "mengwa-v1",
)  # fmt: skip
"""Those that speak Chinese and nothing else; several of the others speak it, too."""
VOICES: dict[Language, tuple[str, ...]] = {"en": ENGLISH, "zh": (*CHINESE, *ENGLISH)}
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


def language_of(text: str, voice: str | None = None) -> Language:
    """The language that a text is to be spoken in: that of a voice with one only, else what it is written in."""
    return "zh" if voice in CHINESE or _HAN.search(text) else "en"
