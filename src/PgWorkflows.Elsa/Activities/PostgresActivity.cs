using Elsa.Extensions;
using Elsa.Workflows;
using PgWorkflows.Elsa.Runs;

namespace PgWorkflows.Elsa.Activities;

/// <summary>An activity whose work is done by the code that PgWorkflows' own server runs too: inputs in, a result out.</summary>
public abstract class PostgresActivity : CodeActivity
{
    /// <inheritdoc/>
    protected override ValueTask ExecuteAsync(ActivityExecutionContext context) => context.GetRequiredService<ActivityRunner>().RunAsync(context);
}
