"""What refused writes say, and what to do about each; part of the remedies."""

_Pair = tuple[str, str]

WRITE_REMEDIES: dict[str, tuple[_Pair, _Pair]] = {
    "transition_landed_elsewhere": (
        (
            "{key}：流转到“{status}”后，工单系统又自动把它移到了“{at}”。",
            "{key}: after the transition to “{status}” the tracker moved it on to “{at}”.",
        ),
        (
            "检查该流转的后置功能或自动化规则，或在来源配置里改用另一个状态。",
            (
                "Look at the transition's post functions and automation rules, or map"
                " another status in the source."
            ),
        ),
    ),
    "status_ambiguous": (
        (
            "{key}：“{status}”可以指多个状态：{offered}。",
            "{key}: “{status}” may mean several statuses: {offered}.",
        ),
        (
            "在来源配置里写明其中一个状态的名称或编号。",
            "Name one of them, or its id, in the source's configuration.",
        ),
    ),
}
