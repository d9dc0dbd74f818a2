"""What a reply takes from the answers it is made of."""

from twoj_client.reply import Answer, reply_of


def test_each_warning_is_said_once_in_the_order_of_the_answers():
    answers = [
        Answer(None, 5.0, ended=True, warnings=("3 icons could not be read.",)),
        Answer(None, 4.0, ended=True),
        Answer(None, 6.0, ended=True, warnings=("1 op_id could not be read.", "3 icons could not be read.")),
    ]
    assert reply_of(None, answers).warnings == ("3 icons could not be read.", "1 op_id could not be read.")
