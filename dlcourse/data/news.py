"""Short news texts that need no file: ten topics with twenty words each, and words that any topic uses.

There is no real source behind them. A published set with clicks of real readers is MIND (Wu et al., 2020,
https://aclanthology.org/2020.acl-main.331), under a licence for research.
"""

from __future__ import annotations

import functools

import numpy as np

from dlcourse.data._contract import Dataset, Source

TRAIN, TEST = 1200, 240  # articles
WORDS = {
    "football": "goal striker keeper penalty referee league coach stadium derby midfield defender header "
    "corner tackle transfer captain cup fans offside whistle",
    "athletics": "sprint marathon runner hurdle javelin relay medal track record lap jump discus pole vault "
    "finish pace heat podium stride baton",
    "markets": "shares bank bonds index trader profit loan interest inflation currency dividend fund "
    "broker earnings debt merger stocks deficit budget invoice",
    "parliament": "minister vote bill senate coalition mayor ballot campaign reform treaty committee speech "
    "opposition cabinet amendment election councillor veto mandate debate",
    "space": "rocket orbit telescope comet probe crater lander galaxy asteroid astronaut launch "
    "satellite moon mars eclipse nebula module capsule planet rover",
    "medicine": "vaccine nurse clinic virus surgeon tumour trial dose therapy hospital antibody patient "
    "diagnosis infection scan ward fever insulin allergy transplant",
    "kitchen": "recipe oven butter garlic chef flour roast sauce bakery dough pepper soup pastry grill "
    "onion cheese salad spice menu dessert",
    "music": "concert guitar album singer orchestra violin chorus festival drummer melody opera tour "
    "ballad choir encore piano quartet lyric conductor stage",
    "weather": "storm flood drought frost hurricane rainfall heatwave snow thunder breeze fog blizzard "
    "forecast cyclone hail gale humidity sunshine tornado thaw",
    "travel": "airport hotel passport beach train ferry luggage tourist flight museum visa resort cabin "
    "harbour itinerary cruise guide border hostel runway",
}
ANYWHERE = (
    "new first after before today over against says plan big late early more again under long open last year week "
    "city people local talks"
)


@functools.cache
def load_news() -> Dataset:
    """Write the articles: the same on every machine, made once per process.

    A text is three words of its topic, in half of the texts a word of any topic, and three words that all topics
    use, in random order.

    Returns:
        Texts ``x_…`` of shape (n,), topics ``y_…`` of shape (n,), int64; the test articles are the newer ones.
    """
    rng = np.random.RandomState(0)
    vocabulary = [words.split() for words in WORDS.values()]
    topics, others = rng.randint(len(WORDS), size=(2, TRAIN + TEST))
    texts = []
    for topic, other in zip(topics, others, strict=True):
        words = list(rng.choice(vocabulary[topic], 3, replace=False))
        words += list(rng.choice(vocabulary[other], rng.randint(2)))
        words += list(rng.choice(ANYWHERE.split(), 3, replace=False))
        texts.append(" ".join(rng.permutation(words)))
    arrays = [np.array(texts[:TRAIN]), topics[:TRAIN], np.array(texts[TRAIN:]), topics[TRAIN:]]
    arrays[1], arrays[3] = arrays[1].astype(np.int64), arrays[3].astype(np.int64)
    for array in arrays:
        array.flags.writeable = False
    source = Source("embedded", "news", "made of ten word lists", TRAIN, TEST, "articles", False)
    return Dataset(*arrays, tuple(WORDS), source)
