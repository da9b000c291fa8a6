"""Segment's e-commerce vocabulary: the v2 event names, their v1 aliases, and our own response events.

Source: https://segment.com/docs/connections/spec/ecommerce/v2/
"""

from __future__ import annotations

from typing import Final

ORDER_COMPLETED: Final = "Order Completed"
V2_NAMES: Final = frozenset(
    {
        "Products Searched", "Product List Viewed", "Product List Filtered", "Promotion Viewed", "Promotion Clicked",
        "Product Clicked", "Product Viewed", "Product Added", "Product Removed", "Cart Viewed", "Checkout Started",
        "Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered", "Order Updated", "Order Completed",
        "Order Refunded", "Order Cancelled", "Coupon Entered", "Coupon Applied", "Coupon Denied", "Coupon Removed",
        "Product Added to Wishlist", "Product Removed from Wishlist", "Wishlist Product Added to Cart",
        "Product Shared", "Cart Shared", "Product Reviewed",
    }
)  # fmt: skip

V1_ALIASES: Final = {
    "Completed Order": "Order Completed",
    "Viewed Product": "Product Viewed",
    "Viewed Product Category": "Product List Viewed",
    "Added Product": "Product Added",
    "Removed Product": "Product Removed",
    "Viewed Cart": "Cart Viewed",
    "Started Checkout": "Checkout Started",
    "Viewed Checkout Step": "Checkout Step Viewed",
    "Completed Checkout Step": "Checkout Step Completed",
    "Updated Order": "Order Updated",
    "Refunded Order": "Order Refunded",
    "Cancelled Order": "Order Cancelled",
    "Searched Products": "Products Searched",
    "Viewed Promotion": "Promotion Viewed",
    "Clicked Promotion": "Promotion Clicked",
}

OFFER_ACCEPTED: Final = "Offer Accepted"
OFFER_REJECTED: Final = "Offer Rejected"
OFFER_IGNORED: Final = "Offer Ignored"
OUTCOME_BY_EVENT: Final = {OFFER_ACCEPTED: "accepted", OFFER_REJECTED: "rejected", OFFER_IGNORED: "ignored"}
EVENT_BY_OUTCOME: Final = {outcome: event for event, outcome in OUTCOME_BY_EVENT.items()}


def canonical_name(name: str) -> str:
    """The v2 spelling of an event name; a name of one's own stays as it is.

    >>> canonical_name("Completed Order")
    'Order Completed'
    >>> canonical_name("Sofa Sat On")
    'Sofa Sat On'
    """
    return V1_ALIASES.get(name, name)
