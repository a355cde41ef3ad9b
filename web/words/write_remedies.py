"""What refused writes say, and what to do about each; part of the remedies."""

_Pair = tuple[str, str]

LOOK: _Pair = (
    "打开工单查看；如结论不对，在需求页改判。",
    "Open the issue; if the outcome is wrong, overrule it on the requirement's page.",
)

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
    "person_unmapped": (
        (
            "{source}：没有为“{person}”配置账号，工单仍由原处理人负责。",
            "{source}: no account stands for {person}; issues stay with whoever has them.",
        ),
        (
            "在来源配置的 people 中加入此人。",
            "Add the person to the source's people.",
        ),
    ),
    "person_not_assignable": (
        (
            "{key}：不能指派给账号“{account}”，工单仍由原处理人负责。",
            "{key}: cannot be assigned to the account {account}; it stays as it is.",
        ),
        (
            "核对来源配置的 people，或请客户方管理员把该账号加入项目。",
            "Correct the source's people, or have the account added to the project.",
        ),
    ),
    "assignee_kept_by_person": (
        (
            "{key}：处理人保持人工修改：{value}。",
            "{key}: the assignee stays as a person set it: {value}.",
        ),
        LOOK,
    ),
    "field_not_editable": (
        (
            "{key}：字段“{field}”不在该工单的编辑界面上。",
            "{key}: the field {field} is not on the issue's edit screen.",
        ),
        (
            "请客户方管理员把该字段加入编辑界面，或从来源配置的 write_fields 中删去。",
            "Have it added to the screen, or take it out of the source's write_fields.",
        ),
    ),
    "field_value_invalid": (
        (
            "{key}：字段“{field}”不接受“{value}”，可用：{offered}。",
            "{key}: the field {field} has no place for “{value}”; possible: {offered}.",
        ),
        (
            "在工单系统中增加该选项，或在 write_fields 中改用另一个字段。",
            "Add the option in the tracker, or fill another field in write_fields.",
        ),
    ),
    "fields_kept_by_person": (
        (
            "{key}：字段保持人工修改：{value}。",
            "{key}: fields stay as a person filled them: {value}.",
        ),
        LOOK,
    ),
    "place_not_configured": (
        (
            "{key}：{place} 不在来源配置之内，工单没有创建。",
            "{key}: {place} is not part of the source; no issue was made.",
        ),
        ("改用来源中已配置的项目。", "Raise it in a project that the source names."),
    ),
    "type_unknown": (
        (
            "{key}：没有工单类型“{type}”，可用：{offered}。",
            "{key}: there is no issue type {type}; possible: {offered}.",
        ),
        ("重新提交并改用其中一种类型。", "Raise it again with one of these types."),
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
