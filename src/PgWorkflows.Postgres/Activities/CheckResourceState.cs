using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Activities;

/// <summary>Step (1) of the checks: is the resource in service and protected?</summary>
[Activity("PgWorkflows.CheckResourceState", Category = PostgresActivities.Category, Outcomes = ["ISP", "Other"],
    Description = "Looks up what is believed of a resource: in service and protected (ISP), or not.")]
[Output("State", typeof(ResourceState), "The state: ISP, ISU, OSU or OSF.")]
public sealed class CheckResourceState(IResources resources, IResourceStates states) : Activity<CheckResourceState.Inputs>
{
    /// <summary>What it needs.</summary>
    public sealed record Inputs([Input("The resource's name.")] string Resource);

    /// <inheritdoc/>
    public override async ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var resource = resources.Get(inputs.Resource);
        var state = await states.GetAsync(resource.Name, cancellationToken);
        return Completed(state == ResourceState.ISP ? "ISP" : "Other", $"{resource.Name} is {Words(state)}") with
        {
            Outputs = new Dictionary<string, object?> { ["State"] = state.ToString() },
        };
    }

    private static string Words(ResourceState state) => state switch
    {
        ResourceState.ISP => "in service and protected (ISP)",
        ResourceState.ISU => "in service, unprotected (ISU)",
        ResourceState.OSU => "out of service (OSU)",
        _ => "out of service after a failure (OSF)",
    };
}
