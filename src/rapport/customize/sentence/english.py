"""English."""

from __future__ import annotations

from typing import Final

from rapport.customize.sentence.grammar import Doing, Grammar

ENGLISH: Final = Grammar(
    doings={
        "Product Viewed": Doing(
            "the {of}products you looked at{lately}", "how long ago you last looked at {of}products"
        ),
        "Product List Viewed": Doing("the {of}pages you browsed{lately}", "how long ago you last browsed {of}pages"),
        "Products Searched": Doing("your {of}searches{lately}", "how long ago you last searched for {of}products"),
        "Product Added": Doing(
            "the {of}products you put into your basket{lately}",
            "how long ago you last put {of}products into your basket",
        ),
        "Product Added to Wishlist": Doing(
            "the {of}products on your wish list", "how long ago you last added to your wish list"
        ),
        "Checkout Started": Doing("the {of}purchases you began{lately}", "how long ago you last began a {of}purchase"),
        "Order Completed": Doing("your {of}purchases{lately}", "how long ago your last {of}purchase was"),
        "Order Refunded": Doing("what you sent back{lately}", "how long ago you last sent something back"),
        "Product Reviewed": Doing("the {of}reviews you wrote{lately}", "how long ago you last wrote a {of}review"),
        "Product Shared": Doing(
            "the {of}products you recommended to others{lately}", "how long ago you last recommended {of}products"
        ),
        "Offer Accepted": Doing("the offers you took{lately}", "how long ago you last took an offer"),
        "Offer Rejected": Doing("the offers you turned down{lately}", "how long ago you last turned down an offer"),
        "Offer Ignored": Doing("the offers you left aside{lately}", "how long ago you last left an offer aside"),
        "page": Doing("your {of}visits{lately}", "how long ago your last {of}visit was"),
        "screen": Doing("your {of}visits{lately}", "how long ago your last {of}visit was"),
    },
    other=Doing("what you did here{lately}", "how long ago you were last here"),
    lately=" lately",
    of="“{value}” ",
    measures={
        "sum": "the total of {many}",
        "mean": "the usual size of {many}",
        "min": "the smallest of {many}",
        "max": "the largest of {many}",
        "distinct": "the variety of {many}",
        "first": "the first of {many}",
        "last": "the latest of {many}",
    },
    held="{reason} (“{value}”)",
    parts={
        "": "how you have bought from us so far",
        "needs": "what matters to you",
        "stage": "how far you are in choosing",
        "fit": "what we can do well for you",
        "groups": "what you have in common with others",
    },
    known="what we know about you",
    group="your being among our “{title}”",
    habit="how you have bought from us so far",
    moments={
        "": "what you are doing right now",
        "season": "the season",
        "weather": "the weather",
        "hour": "the time of day",
        "daytime": "the time of day",
        "weekday": "the day of the week",
        "page": "the page you are on",
        "device": "the device you are using",
        "channel": "where we meet",
        "/picked": "what you told us that you like",
    },
    items={
        "personal": "what you looked at or bought here",
        "similar": "what you are looking at",
        "up_sell": "what you are looking at",
        "basket": "what is in your basket",
        "cross_sell": "what you looked at or bought here",
        "popular": "what many people like",
    },
    joint=" and ",
    this="this offer",
    because="We show you “{title}” because of {reasons}.",
    unknown="We show you “{title}” because nothing is known yet of {reasons}.",
    trying="We show you “{title}” to find out whether you like it.",
    everybody="We show “{title}” to everybody here.",
    asked_not_to="We show “{title}” to everybody here: as you asked, nothing we know about you was used.",
    compared="We show you “{title}” as we show it to everybody, to compare how well personal offers do.",
    beginning="We show you “{title}” because we do not know you yet and have to begin somewhere.",
    best="We show you “{title}” because it seems the most useful of what we can offer you here.",
    limited=" It can go to a limited number of people only.",
)
