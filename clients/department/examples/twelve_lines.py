"""A department in twelve lines: sign every order, do it, hand in the photo and complete."""

from qiaotou_department import Contact, Department, Order

department = Department.from_env()


@department.on_order
def handle(order: Order) -> None:
    """Do one order."""
    order.sign()
    print(f"working on {order.number}, category {order.category}: {order.details()['case']['text']}")
    order.complete(
        text="The bulb was replaced; the lamp shines again.", photos=["after.jpg"], contact=Contact()
    )


department.run()
