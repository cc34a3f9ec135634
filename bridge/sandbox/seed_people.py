"""The people of the seeded district. All of them are made up, and so is the district."""

from __future__ import annotations

from bridge.sandbox.state import Person

DOMAIN = "district.example"
DISTRICT = "Riverside Unified School District"


def _person(name: str, account: str) -> Person:
    return Person(f"{account}@{DOMAIN}", name)


SCHOOLS = ("Lakeview Elementary", "Northside Middle School", "Riverside High School")

COORDINATOR = _person("Marisol Vega", "marisol.vega")
MAILBOX = _person("Riverside Badges", "badges")  # whom the bridge acts for, and who mails the badges

COACHES: tuple[Person, ...] = (
    _person("Priya Raman", "priya.raman"),
    _person("Daniel O’Connor", "daniel.oconnor"),
    _person("Hannah Lindqvist", "hannah.lindqvist"),
    _person("Marcus Bell", "marcus.bell"),
)

TEACHERS: tuple[Person, ...] = tuple(
    _person(name, account)
    for name, account in (
        ("Aaliyah Brooks", "aaliyah.brooks"),
        ("Zoë Martínez-Ruiz", "zoe.martinezruiz"),
        ("Seán O'Brien", "sean.obrien"),
        ("נועה לוי", "noa.levi"),
        ("Nguyễn Thị Minh Khai", "minhkhai.nguyen"),
        ("فاطمة الزهراء", "fatima.alzahra"),
        ("Björn Ångström", "bjorn.angstrom"),
        ("Emily Carter", "emily.carter"),
        ("D'Andre Washington", "dandre.washington"),
        ("李雨桐", "yutong.li"),
        ("Łukasz Wiśniewski", "lukasz.wisniewski"),
        ("Grace Kim", "grace.kim"),
        ("José Ángel Hernández", "joseangel.hernandez"),
        ("Mary-Kate Sullivan", "marykate.sullivan"),
        ("Amélie Dubois", "amelie.dubois"),
        ("Tyrone Jackson", "tyrone.jackson"),
        ("Ngaire Te Whata", "ngaire.tewhata"),
        ("Sofía Peña", "sofia.pena"),
        ("Owen Fitzgerald", "owen.fitzgerald"),
        ("Jürgen Müller-Weiß", "juergen.muellerweiss"),
        ("Keisha Thompson", "keisha.thompson"),
        ("Hiroshi Tanaka", "hiroshi.tanaka"),
        ("Ingrid Sørensen", "ingrid.soerensen"),
        ("Ana-Lucía Domínguez de la Cruz", "analucia.dominguez"),
        ("Robert Chen", "robert.chen"),
        ("Çağla Yılmaz", "cagla.yilmaz"),
        ("Kavya Krishnamurthy", "kavya.krishnamurthy"),
        ("Rebecca Stone", "rebecca.stone"),
        ("Olena Шевченко", "olena.shevchenko"),
        ("Malik Robinson", "malik.robinson"),
        ("Siobhán McNamara", "siobhan.mcnamara"),
        ("Teuila Faleolo", "teuila.faleolo"),
        ("Patrick Murphy III", "patrick.murphy"),
        ("Ximena Núñez", "ximena.nunez"),
        ("Leila حسینی", "leila.hosseini"),
        ("Jean-Baptiste N'Diaye", "jb.ndiaye"),
        ("Katarzyna Wójcik", "katarzyna.wojcik"),
        ("Joshua Miller", "joshua.miller"),
        ("Eleni Παπαδοπούλου", "eleni.papadopoulou"),
        ("Harriet Owens", "harriet.owens"),
    )
)
