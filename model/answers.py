"""What the sticky comment answers to a command: fixed sentences, client-safe values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from model.commands import Verb
from model.projects import Language


class AnswerCode(StrEnum):
    """What became of a command."""

    PRIORITY_SET = "priority_set"
    KIND_SET = "kind_set"
    SCOPE_SET = "scope_set"
    CLAUSE_SET = "clause_set"
    ESTIMATE_SET = "estimate_set"
    LINK_NOTED = "link_noted"
    EXPLAINED = "explained"
    RESYNCED = "resynced"
    NO_QUOTE = "no_quote"
    REFUSED = "refused"
    EDITED = "edited"
    COPIED = "copied"
    OVERTAKEN = "overtaken"
    UNKNOWN_COMMAND = "unknown_command"
    UNKNOWN_VALUE = "unknown_value"
    REASON_MISSING = "reason_missing"
    NO_CONTRACT = "no_contract"
    NO_CLAUSE = "no_clause"
    CLAUSE_EXCLUDED = "clause_excluded"
    NO_LINK = "no_link"
    TOO_MANY = "too_many"

    @property
    def is_done(self) -> bool:
        """The command was carried out."""
        return self in _DONE


_DONE = frozenset(
    {
        AnswerCode.PRIORITY_SET,
        AnswerCode.KIND_SET,
        AnswerCode.SCOPE_SET,
        AnswerCode.CLAUSE_SET,
        AnswerCode.ESTIMATE_SET,
        AnswerCode.LINK_NOTED,
        AnswerCode.EXPLAINED,
        AnswerCode.RESYNCED,
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; there is no field for anything that a client must not read.

    Attributes:
        on: the day of the command.
        person: the display name that the client's own tracker shows.
        value: the kind, scope or priority that was set.
        clause: ids of clauses of the client's own contract.
        days: person-days.
        key: of another issue of the same client.
        verb: the command whose form is told; None for a list of all.
    """

    code: AnswerCode
    on: date
    person: str = ""
    value: str = ""
    clause: str = ""
    days: str = ""
    key: str = ""
    verb: Verb | None = None


FORMS: Mapping[Verb, Mapping[Language, str]] = {
    Verb.URGENT: {Language.ZH: "/pool 紧急 原因", Language.EN: "/pool urgent REASON"},
    Verb.KIND: {
        Language.ZH: "/pool 类型 需求 | 缺陷 | 咨询 | 培训 | 任务",
        Language.EN: "/pool kind requirement | defect | question | training | task",
    },
    Verb.SCOPE: {
        Language.ZH: "/pool 范围 合同内 条款号 | 日常变更 | 合同外",
        Language.EN: "/pool scope in CLAUSE | daily | out",
    },
    Verb.ESTIMATE: {Language.ZH: "/pool 估算 3天", Language.EN: "/pool estimate 3d"},
    Verb.LINK: {Language.ZH: "/pool 关联 工单号", Language.EN: "/pool link ISSUE"},
    Verb.EXPLAIN: {Language.ZH: "/pool 解释", Language.EN: "/pool explain"},
    Verb.APPROVE: {
        Language.ZH: "/pool 批准 报价单号",
        Language.EN: "/pool approve QUOTE",
    },
    Verb.RESYNC: {Language.ZH: "/pool 同步", Language.EN: "/pool resync"},
}
"""How each command is written; Jira and GitLab show the bar and the slash as they are."""

SENTENCES: Mapping[AnswerCode, Mapping[Language, str]] = {
    AnswerCode.PRIORITY_SET: {
        Language.ZH: "已按 {person} 的指令将优先级设为 {value}。",
        Language.EN: "As {person} asked, the priority is now {value}.",
    },
    AnswerCode.KIND_SET: {
        Language.ZH: "已按 {person} 的指令将类型改为{value}。",
        Language.EN: "As {person} asked, this is now a {value}.",
    },
    AnswerCode.SCOPE_SET: {
        Language.ZH: "已按 {person} 的指令将范围改为{value}。",
        Language.EN: "As {person} asked, the scope is now: {value}.",
    },
    AnswerCode.CLAUSE_SET: {
        Language.ZH: "已按 {person} 的指令将范围改为{value}（条款 {clause}）。",
        Language.EN: "As {person} asked, the scope is now: {value} (clause {clause}).",
    },
    AnswerCode.ESTIMATE_SET: {
        Language.ZH: "已按 {person} 的指令将估算设为 {days} 人天。",
        Language.EN: "As {person} asked, the estimate is now {days} person-days.",
    },
    AnswerCode.LINK_NOTED: {
        Language.ZH: "已记录 {person} 的意见：与 {key} 相关。产品经理会核对。",
        Language.EN: "Noted for {person}: this belongs with {key}. The product manager"
        " will look at it.",
    },
    AnswerCode.EXPLAINED: {
        Language.ZH: "应 {person} 的要求说明——类型：{kind}；范围：{scope}；"
        "最接近的合同条款：{clause}；优先级：{priority}；状态：{state}；"
        "计划版本：{release.name}。",
        Language.EN: "Explained for {person} – kind: {kind}; scope: {scope}; nearest"
        " clauses of the contract: {clause}; priority: {priority}; state: {state};"
        " release: {release.name}.",
    },
    AnswerCode.RESYNCED: {
        Language.ZH: "已按 {person} 的指令重新读取本工单。",
        Language.EN: "As {person} asked, this issue was read again.",
    },
    AnswerCode.NO_QUOTE: {
        Language.ZH: "{person}，抱歉，没有找到这份报价单，未作任何批准。",
        Language.EN: "Sorry, {person}, there is no such quote; nothing was approved.",
    },
    AnswerCode.REFUSED: {
        Language.ZH: "{person}，抱歉，您在这里没有执行该指令的权限，请与项目经理联系。",
        Language.EN: "Sorry, {person}, you may not use this command here; please ask"
        " the project manager.",
    },
    AnswerCode.EDITED: {
        Language.ZH: "{person}，修改过的评论里的指令不会执行，请另写一条新评论。",
        Language.EN: "{person}, commands in an edited comment are not carried out;"
        " please write a new comment.",
    },
    AnswerCode.COPIED: {
        Language.ZH: "{person}，这条评论是已处理评论的副本，其中的指令不会再次执行；"
        "如有需要，请另写一条新评论。",
        Language.EN: "{person}, this comment is a copy of one that was dealt with; its"
        " commands are not carried out again. Please write a new comment if needed.",
    },
    AnswerCode.OVERTAKEN: {
        Language.ZH: "{person}，在这条指令之后已有人作了新的决定，指令未执行。",
        Language.EN: "{person}, somebody decided on this later than your command, which"
        " was therefore not carried out.",
    },
    AnswerCode.UNKNOWN_COMMAND: {
        Language.ZH: "{person}，抱歉，没有这个指令。可以这样写：{form}",
        Language.EN: "Sorry, {person}, there is no such command. Possible: {form}",
    },
    AnswerCode.UNKNOWN_VALUE: {
        Language.ZH: "{person}，抱歉，指令没有看懂。请这样写：{form}",
        Language.EN: "Sorry, {person}, the command was not understood. The form is:"
        " {form}",
    },
    AnswerCode.REASON_MISSING: {
        Language.ZH: "{person}，请写明原因：{form}",
        Language.EN: "{person}, please say why: {form}",
    },
    AnswerCode.NO_CONTRACT: {
        Language.ZH: "{person}，抱歉，本项目还没有登记合同条款，范围未改。",
        Language.EN: "Sorry, {person}, this project has no contract on record; the scope"
        " was not changed.",
    },
    AnswerCode.NO_CLAUSE: {
        Language.ZH: "{person}，抱歉，合同里没有这个条款，范围未改。请这样写：{form}",
        Language.EN: "Sorry, {person}, the contract has no such clause; the scope was"
        " not changed. The form is: {form}",
    },
    AnswerCode.CLAUSE_EXCLUDED: {
        Language.ZH: "{person}，合同条款 {clause} 明确不包含所述内容，范围未改。",
        Language.EN: "{person}, clause {clause} of the contract excludes what it"
        " describes; the scope was not changed.",
    },
    AnswerCode.NO_LINK: {
        Language.ZH: "{person}，抱歉，没有找到要关联的工单。请这样写：{form}",
        Language.EN: "Sorry, {person}, there is no such issue. The form is: {form}",
    },
    AnswerCode.TOO_MANY: {
        Language.ZH: "{person}，一条评论里的指令过多，其余的未执行。",
        Language.EN: "{person}, there are too many commands in one comment; the rest"
        " was not carried out.",
    },
}
"""Every sentence, with the placeholders of :class:`Answer` and of the sticky comment."""


def form_of(verb: Verb | None, language: Language) -> str:
    """How a command is written; without one, how all of them are."""
    verbs = list(Verb) if verb is None else [verb]
    return "; ".join(FORMS[one][language] for one in verbs)
