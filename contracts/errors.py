"""Every public error code, with its HTTP status and title: what a client may rely on.

A code is stable; its wording is not. Problem documents follow RFC 9457, with
`type` = `urn:qiaotou:problem:<code>`.
"""

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One cause: HTTP status, English and Chinese title."""

    status: int
    title: str
    title_zh: str


CODES: dict[str, Problem] = {
    # Everybody's.
    "malformed_request": Problem(400, "The request cannot be read", "请求无法读取"),
    "malformed_cursor": Problem(400, "The cursor is not one of ours", "游标无效"),
    "unauthenticated": Problem(401, "Sign in first", "请先登录"),
    "wrong_credentials": Problem(401, "Login or password is wrong", "账号或密码错误"),
    "wrong_code": Problem(401, "The code is wrong, used or too old", "验证码错误、已使用或已过期"),
    "forbidden": Problem(403, "Your role or place does not allow this", "您的角色或辖区不允许此操作"),
    "not_found": Problem(404, "There is no such thing", "没有找到"),
    "method_not_allowed": Problem(405, "This address does not take that method", "不支持此方法"),
    "conflict": Problem(409, "Something with this id exists already", "标识已存在"),
    "illegal_transition": Problem(409, "This step is not possible now", "当前状态不允许此步骤"),
    "stale_version": Problem(412, "It has changed since you looked", "内容已被更新"),
    "link_expired": Problem(410, "This link has expired; ask for a new one", "链接已过期, 请重新获取"),
    "payload_too_large": Problem(413, "That is too large", "内容过大"),
    "unsupported_media_type": Problem(415, "This type of content is not taken", "不支持的内容类型"),
    "range_not_satisfiable": Problem(416, "The file has no such part", "请求的范围无效"),
    "invalid": Problem(422, "Some fields are not right", "字段不正确"),
    "key_reused": Problem(422, "This Idempotency-Key was used for another request", "幂等键已用于其他请求"),
    "missing_key": Problem(422, "This request needs an Idempotency-Key", "缺少幂等键"),
    "too_many_requests": Problem(429, "Too many requests; wait a little", "请求过于频繁"),
    "internal": Problem(500, "Something went wrong on our side", "系统内部错误"),
    "unavailable": Problem(503, "A part of the system is away; try again", "服务暂不可用"),
    "expired": Problem(504, "It took too long and was not carried out", "处理超时, 未执行"),
    "unknown_outcome": Problem(
        504, "No answer in time; ask again with the same key", "未及时收到结果, 请用同一幂等键重试"
    ),
    # Places and reference data.
    "unknown_category": Problem(422, "There is no such category", "类别不存在"),
    "unknown_grid": Problem(422, "There is no such grid", "网格不存在"),
    "unknown_department": Problem(422, "There is no such department", "部门不存在"),
    "foreign_grid": Problem(403, "This grid is not yours", "不属于您的网格"),
    "unknown_household": Problem(422, "There is no such household", "户不存在"),
    # Persons.
    "household_has_head": Problem(409, "The household has a head", "该户已有户主"),
    "broken_rows": Problem(
        422, "Rows of the file are not right, so none was taken", "文件有误, 未导入任何一行"
    ),
    "move_out_of_order": Problem(
        409, "A move comes after the one before it, and not in the future", "迁移日期须晚于上次且不晚于今日"
    ),
    # Cases.
    "occurred_in_future": Problem(422, "It cannot have happened in the future", "发生时间不能晚于现在"),
    "text_too_short": Problem(422, "Please say a little more", "描述过短"),
    "text_too_long": Problem(422, "Please say it shorter", "描述过长"),
    "evidence_missing": Problem(422, "Evidence is missing", "缺少佐证材料"),
    "too_far_away": Problem(422, "You are too far from the place", "距离现场过远"),
    "handler_may_not_check": Problem(403, "Whoever handled it may not check it", "处置人不得自行核查"),
    "not_small": Problem(422, "This category cannot be settled on the spot", "该类别不可当场解决"),
    "not_confirmed": Problem(422, "The resident has to confirm that it is settled", "须经居民确认已解决"),
    "reporter_unknown": Problem(409, "Nobody is known who could be asked", "匿名上报, 无法询问"),
    "master_not_open": Problem(409, "The other case is not open", "主案未处于办理状态"),
    "same_case": Problem(422, "A case cannot be merged into itself", "案件不能并入自身"),
    "too_few_attempts": Problem(409, "Three attempts on two days come first", "须在两天内至少尝试三次"),
    "too_late_to_reopen": Problem(409, "It was closed more than fifteen days ago", "结案已超过十五日"),
    # Work orders.
    "unknown_order": Problem(404, "There is no such order for you", "没有此工单"),
    "not_the_lead": Problem(403, "Only the lead department may do this", "仅主办部门可操作"),
    "designated": Problem(409, "A designated order cannot be returned", "指定主办的工单不可退回"),
    "returned_before": Problem(409, "You have returned this case before", "该案件贵部门已退回过"),
    "never_extended": Problem(409, "An urgent order has no extension", "紧急工单不予延期"),
    "past_due": Problem(409, "It had to be asked before the due time", "已逾期, 不可申请"),
    "asked_before": Problem(409, "It was asked before in this cycle", "本轮已申请过"),
    "too_many_days": Problem(422, "That is longer than the original limit", "超过原办理时限"),
    "not_asked": Problem(409, "Nobody has asked for this", "没有待审批的申请"),
    "review_too_far": Problem(422, "The review is thirty days ahead at most", "复查日期不得超过三十日"),
    "not_a_co_handler": Problem(403, "Only a co-handler may do this", "仅协办部门可操作"),
    "part_not_open": Problem(409, "This part is not open", "该协办事项已办结或免办"),
    "parts_open": Problem(409, "The co-handlers' parts are not done yet", "协办事项尚未办结"),
    "not_current": Problem(409, "The case has another order by now", "该案件已有新工单"),
    "unknown_statement": Problem(422, "No such statement was handed in", "未提交该说明"),
    "statement_differs": Problem(422, "The statement's hash is another", "说明哈希不符"),
    "not_the_sandbox": Problem(403, "Test orders are for the sandbox department alone", "仅演练部门可用"),
    "unknown_result": Problem(422, "No such result was handed in", "未提交该处置结果"),
    "result_differs": Problem(422, "The result's hash is another", "处置结果哈希不符"),
    "unsigned_sender": Problem(403, "The message does not say who sends it", "消息缺少发送者身份"),
    # One's own.
    "too_many_exports": Problem(
        409, "Three exports at a time are made for you", "同时进行的导出任务不得超过三个"
    ),
    "export_not_ready": Problem(409, "The file is not written yet", "导出文件尚未就绪"),
    "too_many_filters": Problem(409, "Fifty saved filters are kept at most", "最多保存五十个筛选条件"),
    # Media.
    "offset_differs": Problem(409, "The upload stands at another offset", "上传偏移量不符"),
    "unsupported_tus_version": Problem(412, "Speak tus 1.0.0", "仅支持tus 1.0.0协议"),
    # The protocol's own status, which HTTP has no name for.
    "checksum_differs": Problem(460, "The piece arrived changed", "分片校验和不符"),
    "unknown_media": Problem(422, "There is no such upload of yours", "附件不存在"),
    "media_type_refused": Problem(
        415,
        "Only photos (JPEG, PNG, WebP), videos (MP4, 3GP, WebM) and PDF are taken",
        "仅接受照片、视频与PDF",
    ),
    "video_too_long": Problem(422, "A video may last two minutes", "视频最长两分钟"),
    "resolution_too_high": Problem(
        422, "A video may have 1920 pixels on its longer side", "视频长边最多1920像素"
    ),
    "video_unavailable": Problem(
        503, "This cell cannot take videos: ffmpeg is not installed", "本系统未安装视频处理组件, 暂不接收视频"
    ),
    # Conference.
    "already_resolved": Problem(409, "This item has been decided", "该议题已有决议"),
    # Votes.
    "unknown_place": Problem(422, "There is no such place of yours", "地点不存在"),
    "not_studied": Problem(409, "The Party organisation studies it first", "重要事项须先经党组织研究"),
    "rule_unfit": Problem(422, "The rule is not for this decision", "规则不适用于该事项"),
    "roll_under_way": Problem(409, "The roll is still being made", "名册正在编制"),
    "roll_differs": Problem(409, "The roll is not what it says of itself", "名册核对不符"),
    "too_few_electors": Problem(409, "Too few for a secret ballot", "人数过少, 不能无记名投票"),
    "too_late": Problem(409, "The time for it has passed", "已过规定期限"),
    "objections_open": Problem(409, "Objections wait for an answer", "尚有异议未答复"),
    "objection_upheld": Problem(409, "An objection was upheld: put it right first", "异议成立, 须先纠正"),
    "nothing_decided": Problem(422, "What has not passed gives nobody work", "未通过的表决不能交办"),
    "not_repeatable": Problem(409, "That vote stands", "原表决有效, 不得重新表决"),
    "no_candidates": Problem(409, "Nobody stands in this election yet", "尚未公布候选人"),
    "no_run_off": Problem(409, "That election leaves no seat to vote on again", "原选举无须另行选举"),
    "vote_not_open": Problem(409, "Ballots are not taken now", "不在投票时间内"),
    "not_on_roll": Problem(403, "You are not on the roll with this", "您不在名册中或无此表决权"),
    "participated": Problem(409, "This entitlement has taken part", "该表决权已参加投票"),
    "slips_not_taken": Problem(409, "Slips are not entered now", "当前不可录入纸质选票"),
    "too_many_slips": Problem(422, "There are not so many envelopes", "票数超过已交信封数"),
    "not_handed_in": Problem(409, "No envelope of this entitlement was handed in", "该表决权未登记交票"),
    "another_clerk": Problem(403, "Another clerk has to do this", "须由另一名工作人员办理"),
    "not_disputed": Problem(409, "There are not two entries that differ", "没有两次不一致的录入"),
    "slips_missing": Problem(409, "Some envelopes have no settled slip yet", "尚有信封未完成录票"),
    "ballot_unfit": Problem(422, "The ballot is not of the form that is counted", "选票格式不正确"),
    "unknown_option": Problem(422, "There is no such option, or too many", "选项不存在或超出数量"),
    # Topics.
    "unknown_subject": Problem(422, "There is no such subject", "议题类别不存在"),
    "hearing_required": Problem(409, "A hearing comes before any decision on this", "须先举行居民听证会"),
    "supported_before": Problem(409, "You have signed this before", "您已附议签名"),
    "not_supported": Problem(409, "You have not signed this", "您未附议签名"),
    # Hearings.
    "notice_too_short": Problem(422, "The notice is too short", "公告期过短"),
    "registration_over": Problem(409, "Registration is over", "报名已截止"),
    "registration_not_over": Problem(409, "The draw comes after the last registration", "报名截止后方可抽签"),
    "registered_before": Problem(409, "One person registers once", "已报名"),
    "too_few_representatives": Problem(
        409,
        "A third of the panel has to be interested parties or to stand for the public",
        "利害关系人与公众代表不足三分之一",
    ),
    "too_early": Problem(409, "The time for it has not come", "未到规定或公告的时间"),
    "quorum_missed": Problem(409, "Too few are present", "到会人数不足"),
    "not_present": Problem(409, "Only who has a seat and has checked in may do this", "仅限已签到的听证代表"),
    "floor_taken": Problem(409, "Somebody is speaking", "他人正在发言"),
    "floor_free": Problem(409, "Nobody is speaking", "当前无人发言"),
    "waits_already": Problem(409, "You wait for the floor already", "已在等候发言"),
    "floor_not_asked": Problem(409, "The floor was not asked for", "该代表未申请发言"),
    "other_side_waits": Problem(409, "The other side waits for the floor", "另一方代表正等待发言"),
    "minutes_missing": Problem(409, "The minutes are not written yet", "笔录尚未制作"),
    "signed_before": Problem(409, "It was signed before", "已签署, 不可更改"),
    "signatures_missing": Problem(409, "Not everybody has signed or refused to", "尚有代表未签署笔录"),
    "opinions_unanswered": Problem(409, "Every opinion is answered first", "尚有意见未答复"),
    "work_not_done": Problem(409, "What it has led to is not done yet", "交办事项尚未完成"),
    # Assemblies, and departments' tasks for residents' committees.
    "objection_period_over": Problem(409, "The days for objections have passed", "异议期已过"),
    "points_open": Problem(409, "Some points are not counted yet", "尚有议程未表决"),
    "not_passed": Problem(409, "It has not passed", "该事项未获通过"),
    "not_on_entry_list": Problem(
        422, "This is not on the list of what may be asked of a committee", "不在社区工作准入清单内"
    ),
}
