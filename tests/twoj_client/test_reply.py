"""What a reply takes from the answers it is made of."""

from twoj_client.reply import Answer, reply_of


def test_what_answers_left_unknown_is_added_up():
    answers = [
        Answer(None, 5.0, ended=True, unknown={"resource_url": 3}),
        Answer(None, 4.0, ended=True),
        Answer(None, 6.0, ended=True, unknown={"op_id": 1, "resource_url": 1}),
    ]
    assert reply_of(None, answers).unknown == {"resource_url": 4, "op_id": 1}


def at(as_of, *, ended):
    return Answer(None, float(as_of), ended=ended)


def test_a_reply_is_as_old_as_the_oldest_answer_that_may_still_change():
    def age(*answers):
        return reply_of(None, answers).as_of.timestamp()

    assert age(at(10, ended=True), at(50, ended=False), at(40, ended=False)) == 40
    assert age(at(10, ended=True), at(50, ended=False)) == 50
    assert age(at(30, ended=True), at(20, ended=True)) == 20
    assert age(at(60, ended=False), at(70, ended=True)) == 60
