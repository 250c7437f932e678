"""Facts and their leaves are never rewritten: the database itself refuses it. Only the sealer's step, sequence null → number, passes.

The conditions are on the triggers themselves, so the sealer's update calls no function.
"""

from django.db import migrations

COLUMNS = (
    "id, body, leaf, mac, time, type, severity, actor_kind, actor_id, token_id, subject_type, subject_id, subject_name, "
    "source_id, dataset_id, sensitivity, request_id, cause_id, depth, data"
)
FORWARD = f"""
CREATE FUNCTION core_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER event_kept BEFORE DELETE ON core_event FOR EACH ROW EXECUTE FUNCTION core_refuse();
CREATE TRIGGER event_fixed BEFORE UPDATE OF {COLUMNS} ON core_event FOR EACH ROW EXECUTE FUNCTION core_refuse();
CREATE TRIGGER event_sealed_once BEFORE UPDATE OF sequence ON core_event FOR EACH ROW
    WHEN (OLD.sequence IS NOT NULL OR NEW.sequence IS NULL) EXECUTE FUNCTION core_refuse();
CREATE TRIGGER leaf_fixed BEFORE UPDATE OR DELETE ON core_leaf FOR EACH ROW EXECUTE FUNCTION core_refuse();
"""
BACKWARD = """
DROP TRIGGER leaf_fixed ON core_leaf;
DROP TRIGGER event_sealed_once ON core_event;
DROP TRIGGER event_fixed ON core_event;
DROP TRIGGER event_kept ON core_event;
DROP FUNCTION core_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
