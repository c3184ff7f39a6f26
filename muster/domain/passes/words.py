"""What each fault of a pass is called, and what to do: the same words at the gate, the desk and the command line."""

from muster.domain.passes.cose import Fault
from muster.domain.passes.rules import Check

WORDS: dict[Fault, dict[str, str]] = {
    Fault.TOO_LONG: {
        "zh": "内容太长，不是通行证码。请重新扫描。",
        "en": "Too long for a pass. Scan it again.",
    },
    Fault.NOT_A_PASS: {
        "zh": "这不是本系统的通行证码。请重新扫描，或按编号查询。",
        "en": "This is no code of a pass. Scan it again, or look it up by its number.",
    },
    Fault.GARBLED: {
        "zh": "通行证码残缺或有误。请擦净、摊平后重新扫描。",
        "en": "The code is cut or garbled. Clean it, hold it flat and scan it again.",
    },
    Fault.DAMAGED: {
        "zh": "通行证码内容损坏。请重新扫描；仍不行则按编号查询。",
        "en": "The content of the code is damaged. Scan it again; failing that, look it up by its number.",
    },
    Fault.TOO_BIG: {
        "zh": "通行证码展开后过大，疑似恶意构造。请不要放行，并报告指挥部。",
        "en": "The code unpacks to more than a pass holds; it was made to harm. Do not admit; tell the command post.",
    },
    Fault.MALFORMED: {
        "zh": "通行证码格式不合规范。请不要放行，按编号查询。",
        "en": "The code is not written as passes are. Do not admit; look it up by its number.",
    },
    Fault.NOT_SIGNED: {
        "zh": "通行证码没有规定的签名结构。请不要放行，并报告指挥部。",
        "en": "The code does not carry a signature as passes do. Do not admit; tell the command post.",
    },
    Fault.CRITICAL: {
        "zh": "通行证码要求本机不认识的处理方式。请更新应用，或按编号查询。",
        "en": "The code demands something this device does not know. Update the app, or look it up by its number.",
    },
    Fault.ALGORITHM: {
        "zh": "通行证码声称的签名算法不被接受，疑似伪造。请不要放行，并报告指挥部。",
        "en": "The signature algorithm it names is not accepted; likely forged. Do not admit; tell the command post.",
    },
    Fault.UNPROTECTED: {
        "zh": "通行证码带有未受签名保护的内容，疑似改动。请不要放行，并报告指挥部。",
        "en": "The code carries content that no signature covers. Do not admit; tell the command post.",
    },
    Fault.UNKNOWN_KEY: {
        "zh": "通行证不是用本机认可的密钥签发。请联网更新名单；仍不行则不要放行。",
        "en": "No key known to this device signed this pass. Update the lists; if it stays so, do not admit.",
    },
    Fault.TAMPERED: {
        "zh": "通行证签名不符，可能被改动或伪造。请不要放行，并报告指挥部。",
        "en": "The signature does not hold: changed or forged. Do not admit; tell the command post.",
    },
    Fault.CLAIMS: {
        "zh": "通行证内容不完整或类型有误。请联系签发单位重新签发。",
        "en": "What the pass says is incomplete or of a wrong type. Ask the office that issued it for a new one.",
    },
    Fault.REVOKED: {
        "zh": "通行证已作废。请联系签发单位补办。",
        "en": "This pass was revoked. Ask the office that issued it for a new one.",
    },
    Fault.NOT_YET: {
        "zh": "通行证还没有生效，请到时再来；急需就医的先放行后补手续。",
        "en": "This pass is not valid yet; come back then. Medical emergencies pass first, papers follow.",
    },
    Fault.EXPIRED: {
        "zh": "通行证已过期。请续办；急需就医的先放行后补手续。",
        "en": "This pass has expired. Have it renewed; medical emergencies pass first, papers follow.",
    },
}
GOOD = {"zh": "通行证有效，放行。", "en": "The pass holds: admit."}
AMBER = {
    "zh": "通行证有效，但名单已过时或没有名单：放行并登记，尽快联网更新。",
    "en": "The pass holds, but the list is old or missing: admit, record it, and update soon.",
}
# What a scan is recorded as: the guard needs the fine words, the figures need few.
RECORDED: dict[Fault, Check] = {
    **dict.fromkeys(Fault, Check.UNREADABLE),
    **dict.fromkeys(
        (Fault.NOT_SIGNED, Fault.CRITICAL, Fault.ALGORITHM, Fault.UNPROTECTED, Fault.UNKNOWN_KEY,
         Fault.TAMPERED, Fault.CLAIMS), Check.TAMPERED,
    ),
    Fault.REVOKED: Check.REVOKED, Fault.NOT_YET: Check.NOT_YET, Fault.EXPIRED: Check.EXPIRED,
}  # fmt: skip
