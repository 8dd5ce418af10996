"""The news: made of its word lists, the same every time."""

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import news


def test_texts_are_made_of_the_words_of_their_topics():
    articles = data.load_news()
    assert (articles.x_train.shape, articles.x_test.shape) == ((1200,), (240,))
    for text, topic in zip(articles.x_test, articles.y_test, strict=True):
        words = text.split()
        own = set(news.WORDS[articles.class_names[topic]].split())
        assert len(words) in (6, 7)
        assert len(own & set(words)) >= 3
        assert len(set(news.ANYWHERE.split()) & set(words)) == 3


def test_no_word_belongs_to_two_topics():
    words = " ".join([*news.WORDS.values(), news.ANYWHERE]).split()
    assert len(words) == len(set(words)) == 10 * 20 + 24


def test_made_anew_it_is_the_same_and_it_is_protected():
    one, other = data.load_news(), news.load_news.__wrapped__()
    assert one is data.load_news()
    assert np.array_equal(one.x_train, other.x_train)
    assert np.array_equal(one.y_test, other.y_test)
    assert one.source.kind == "embedded"
    with pytest.raises(ValueError, match="read-only"):
        one.x_train[0] = ""
