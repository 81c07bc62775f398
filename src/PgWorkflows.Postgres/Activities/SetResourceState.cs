using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Events;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Activities;

/// <summary>Changes what is believed of a resource.</summary>
[Activity("PgWorkflows.SetResourceState", Category = PostgresActivities.Category,
    Description = "Sets what is believed of a resource. The server itself is left alone.")]
public sealed class SetResourceState(IResources resources) : Activity<SetResourceState.Inputs>
{
    /// <summary>What it needs.</summary>
    public sealed record Inputs([Input("The resource's name.")] string Resource, [Input("Its state from now on.")] ResourceState State);

    /// <inheritdoc/>
    public override ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var resource = resources.Get(inputs.Resource);
        return ValueTask.FromResult<ActivityResult>(Completed("Done", $"{resource.Name} is {inputs.State} from now on") with
        {
            Emissions = [new ResourceStateChanged(resource.Name, inputs.State, "set by a step of the workflow")],
        });
    }
}
