"""The demo's three clients: who works there, and on which modules."""

from sandbox.seeds import SeedPerson, SeedProject
from sandbox.seeds.reading import read_issues

ACME_MODULES = (
    "General ledger",
    "Fund reports",
    "Contract register",
    "Payment approval",
    "Budget control",
    "Supplier records",
    "User administration",
)
HDJX_MODULES = (
    "总账核算",
    "资金管理",
    "合同台账",
    "审批流程",
    "报表中心",
    "客商管理",
    "系统管理",
)
BEIGANG_MODULES = (
    "合同管理",
    "费用报销",
    "资金计划",
    "干系人管理",
    "统计报表",
    "审批流",
    "系统设置",
)


def acme() -> SeedProject:
    zone = "Europe/London"
    return SeedProject(
        client="Acme Holdings",
        key="FIN",
        name="Acme Finance Management System",
        language="en",
        people=(
            SeedPerson(
                "daniel.okafor",
                "Daniel Okafor",
                "daniel.okafor@vendor.example",
                "project_manager",
                time_zone=zone,
            ),
            _client("sarah.whitfield", "Sarah Whitfield", "acme.example", zone),
            _client("priya.nair", "Priya Nair", "acme.example", zone),
            _client("kevin.zhou", "Kevin Zhou 周凯", "acme.example"),
            _client("lin.xiaoyan", "林晓燕", "acme.example"),
            _bot("demo-token-acme"),
        ),
        modules=ACME_MODULES,
        versions=("2026.10", "2026.11", "2026.12"),
        issues=read_issues("acme"),
    )


def hdjx() -> SeedProject:
    return SeedProject(
        client="华东机械集团",
        key="HDJX",
        name="华东机械集团财务管理系统",
        language="zh",
        people=(
            SeedPerson(
                "chen.siyuan", "陈思远", "chen.siyuan@vendor.example", "project_manager"
            ),
            _client("wang.li", "王丽", "hdjx.example"),
            _client("zhao.guoqiang", "赵国强", "hdjx.example"),
            _client("sun.mei", "孙梅", "hdjx.example"),
            _client("liu.yang", "刘洋", "hdjx.example"),
            _bot("demo-token-hdjx"),
        ),
        modules=HDJX_MODULES,
        versions=("V3.2", "V3.3", "V3.4"),
        issues=read_issues("hdjx"),
    )


def beigang() -> SeedProject:
    return SeedProject(
        client="北港国际物流",
        key="beigang/management-portal",
        name="北港管理门户 Management Portal",
        language="zh",
        people=(
            SeedPerson(
                "tan.mei", "谭玫 Mei Tan", "tan.mei@vendor.example", "project_manager"
            ),
            _client("he.jun", "何俊", "beigang.example"),
            _client("zheng.shuang", "郑爽", "beigang.example"),
            _client("olivia.grant", "Olivia Grant", "beigang.example"),
            _client("tomas.rivera", "Tomás Rivera", "beigang.example"),
            _bot("demo-token-beigang"),
        ),
        modules=BEIGANG_MODULES,
        versions=("v2.8", "v2.9", "v3.0"),
        issues=read_issues("beigang"),
    )


def _client(
    username: str, name: str, domain: str, zone: str = "Asia/Shanghai"
) -> SeedPerson:
    mail = f"{username}@{domain}"
    return SeedPerson(username, name, mail, "client", time_zone=zone)


def _bot(token: str) -> SeedPerson:
    return SeedPerson("reqpool", "reqpool", "reqpool@vendor.example", "bot", token)
